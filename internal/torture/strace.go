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
	failed := m != nil && strings.HasPrefix(m[5], "-")
	if m == nil || failed && !strings.HasSuffix(m[3], "sync") {
		return w, false, nil // a signal, an end, or a call that failed
	}
	seconds, err1 := strconv.ParseInt(m[1], 10, 64)
	micros, err2 := strconv.ParseInt(m[2], 10, 64)
	if err1 != nil || err2 != nil {
		return w, false, fmt.Errorf("no time: %.100s", line)
	}
	w.at = time.UnixMicro(seconds*1e6 + micros)
	err = w.read(m[3], strings.Split(m[4], ", "), m[5])
	if failed {
		w.kind = fails
	}
	return w, err == nil, err
}

// read fills w in from a call, its arguments and its result.
func (w *write) read(call string, args []string, result string) (err error) {
	switch call {
	case "pwrite64":
		w.kind = writes
		if w.offset, err = strconv.ParseInt(args[len(args)-1], 10, 64); err != nil {
			return err
		}
		if w.content, err = unquote(args[1]); err != nil {
			return err
		}
		done, err := strconv.Atoi(result)
		if err != nil || done > len(w.content) {
			return fmt.Errorf("wrote %s of %d bytes", result, len(w.content))
		}
		w.content = w.content[:done]
	case "ftruncate":
		w.kind = truncates
		if w.offset, err = strconv.ParseInt(args[1], 10, 64); err != nil {
			return err
		}
	case "fsync", "fdatasync":
		w.kind = syncs
	case "unlink":
		w.kind = removes
		w.file, err = named(args[0])
		return err
	case "unlinkat":
		w.kind = removes
		w.file, err = named(args[1])
		return err
	case "rename", "renameat", "renameat2":
		w.kind = renames
		w.file, w.to, err = renamed(args)
		return err
	default:
		return fmt.Errorf("a call that is not expected: %s", call)
	}
	_, path, _ := strings.Cut(strings.TrimSuffix(args[0], ">"), "<")
	w.file, err = named(path)
	return err
}

// named returns the file that a path names, without its folder.
func named(path string) (string, error) {
	raw, err := unquote(path)
	return filepath.Base(string(raw)), err
}

// renamed returns the two names among the arguments of a call that renames.
func renamed(args []string) (from, to string, err error) {
	var names []string
	for _, a := range args {
		if strings.HasPrefix(a, `"`) {
			name, err := named(a)
			if err != nil {
				return "", "", err
			}
			names = append(names, name)
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
