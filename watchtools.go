package main

import (
	"fmt"
	"io"
	"strings"

	"vedette/watch"
)

type fmtCmd struct {
	Rule  string `arg:"" optional:"" help:"The rule, in quotes; standard input if left out."`
	Words bool   `help:"Say what it asks for in plain words instead."`
}

// Run prints a rule as the formatter writes it.
func (c *fmtCmd) Run(p *process) error {
	src, err := p.given(c.Rule)
	if err != nil {
		return err
	}
	if c.Words {
		rule, err := watch.Parse(src, nil)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.stdout, "%s.\n", rule.Words())
		return err
	}
	text, err := watch.Format(src)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, text)
	return err
}

type importCmd struct {
	From string `required:"" enum:"google,lucene,meltwater,factiva" help:"Whose spelling it is: google (and GDELT), lucene (Elasticsearch, Media Cloud), meltwater (Brandwatch, Talkwalker) or factiva (Nexis)."`
	Rule string `arg:"" optional:"" help:"The rule, in quotes; standard input if left out."`
}

// Run prints a rule of another product as one of ours, and on stderr what is
// not quite the same.
func (c *importCmd) Run(p *process) error {
	src, err := p.given(c.Rule)
	if err != nil {
		return err
	}
	rule, notes, err := watch.Import(watch.Dialect(c.From), src)
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(p.stderr, "note:", note)
	}
	_, err = fmt.Fprintln(p.stdout, rule)
	return err
}

// given returns the rule of an argument or, without one, of standard input.
func (p *process) given(arg string) (string, error) {
	if arg != "" {
		return arg, nil
	}
	const most = 1 << 16 // a rule is far shorter, and is told so
	text, err := io.ReadAll(io.LimitReader(p.stdin, most))
	return strings.TrimSpace(string(text)), err
}
