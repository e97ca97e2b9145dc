package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A dialogue asks a person, or whatever stands at the other end of stdin.
type dialogue struct {
	in     *bufio.Reader
	out    io.Writer
	hidden func() (string, error) // reads a line that is not shown; nil where nothing is shown anyway
	ended  bool                   // there are no more answers
}

func (p *process) dialogue() *dialogue {
	return &dialogue{in: bufio.NewReader(p.stdin), out: p.stdout, hidden: p.hidden}
}

// ask asks until wrong has nothing to say against the answer, and returns it,
// or standard if there is none. Where there are no more answers, it returns
// standard unasked.
func (d *dialogue) ask(question, standard string, secret bool, wrong func(answer string) string) (string, error) {
	for !d.ended {
		fmt.Fprint(d.out, question)
		if standard != "" {
			fmt.Fprintf(d.out, " [%s]", standard)
		}
		fmt.Fprint(d.out, ": ")
		answer, err := d.line(secret)
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = standard
		}
		if answer == "" {
			return "", nil
		}
		why := wrong(answer)
		if why == "" {
			return answer, nil
		}
		fmt.Fprintln(d.out, "  "+why)
	}
	return standard, nil
}

// line reads an answer. At the end of all answers it returns "".
func (d *dialogue) line(secret bool) (string, error) {
	read := func() (string, error) { return d.in.ReadString('\n') }
	if secret && d.hidden != nil {
		read = d.hidden
	}
	answer, err := read()
	if errors.Is(err, io.EOF) {
		d.ended, err = true, nil
	}
	if d.ended || secret && d.hidden != nil { // nobody's Enter ended the line
		fmt.Fprintln(d.out)
	}
	return strings.TrimSpace(answer), err
}
