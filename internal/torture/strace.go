package main

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// straced matches a system call as strace writes it, and strace's way to write
// bytes.
var straced = regexp.MustCompile(`^\d+ +(\d+)\.(\d+) (\w+)\((.*)\) += (-?\d+)`)

// parseWrite reads a line of strace's. It reports false for what changes no
// file.
func parseWrite(line string) (w write, ok bool, err error) {
	m := straced.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(m[5], "-") {
		return w, false, nil // a signal, an end, or a call that failed
	}
	seconds, err1 := strconv.ParseInt(m[1], 10, 64)
	micros, err2 := strconv.ParseInt(m[2], 10, 64)
	if err1 != nil || err2 != nil {
		return w, false, fmt.Errorf("no time: %.100s", line)
	}
	w.at = time.UnixMicro(seconds*1e6 + micros)
	args := strings.Split(m[4], ", ")
	switch m[3] {
	case "pwrite64":
		w.kind = writes
		if w.offset, err = strconv.ParseInt(args[len(args)-1], 10, 64); err != nil {
			return w, false, err
		}
		if w.content, err = unquote(args[1]); err != nil {
			return w, false, err
		}
		done, err := strconv.Atoi(m[5])
		if err != nil || done > len(w.content) {
			return w, false, fmt.Errorf("wrote %s of %d bytes", m[5], len(w.content))
		}
		w.content = w.content[:done]
	case "ftruncate":
		w.kind = truncates
		if w.offset, err = strconv.ParseInt(args[1], 10, 64); err != nil {
			return w, false, err
		}
	case "fsync", "fdatasync":
		w.kind = syncs
	case "unlink", "unlinkat":
		w.kind = removes
		raw, err := unquote(args[len(args)-1])
		if m[3] == "unlinkat" {
			raw, err = unquote(args[1])
		}
		w.file = filepath.Base(string(raw))
		return w, true, err
	case "rename", "renameat", "renameat2":
		w.kind = renames
		w.file, w.to, err = renamed(args)
		return w, true, err
	default:
		return w, false, fmt.Errorf("a call that is not expected: %.100s", line)
	}
	_, path, _ := strings.Cut(strings.TrimSuffix(args[0], ">"), "<")
	raw, err := unquote(path)
	w.file = filepath.Base(string(raw))
	return w, true, err
}

// renamed returns the two names among the arguments of a call that renames.
func renamed(args []string) (from, to string, err error) {
	var names []string
	for _, a := range args {
		if strings.HasPrefix(a, `"`) {
			raw, err := unquote(a)
			if err != nil {
				return "", "", err
			}
			names = append(names, filepath.Base(string(raw)))
		}
	}
	if len(names) != 2 {
		return "", "", fmt.Errorf("a call that is not expected: renames %v", args)
	}
	return names[0], names[1], nil
}

// joined makes one line of the two that strace writes of a call during which
// another thread had its turn: it counts from its end. begun holds the first
// halves by their thread. It returns "" for those.
func joined(line string, begun map[string]string) string {
	thread, rest, _ := strings.Cut(line, " ")
	if first, ok := strings.CutSuffix(strings.TrimSpace(rest), " <unfinished ...>"); ok {
		_, begun[thread], _ = strings.Cut(strings.TrimSpace(first), " ")
		return ""
	}
	if before, after, ok := strings.Cut(rest, "<... "); ok {
		_, end, _ := strings.Cut(after, " resumed>")
		return thread + " " + before + begun[thread] + end
	}
	return line
}

// unquote reads bytes, each of which is written as \x and two digits.
func unquote(text string) ([]byte, error) {
	return hex.DecodeString(strings.ReplaceAll(strings.Trim(text, `"`), `\x`, ""))
}
