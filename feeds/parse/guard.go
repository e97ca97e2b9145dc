package parse

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// ErrNotFeed is wrapped by the error for a document that is no feed: a page,
// a subscription list, an error message, nothing at all.
var ErrNotFeed = errors.New("not a feed")

// What a document's structure may cost. Real feeds stay far below; the
// parser's stack and memory would not survive far above.
const (
	maxDepth      = 64
	maxAttributes = 128
	maxNamespaces = 64      // declared at once, on an element and those round it
	maxTokens     = 400_000 // attributes included: the parser keeps a map of them
	maxItems      = 20_000
	maxTagBytes   = 64 << 10
)

// A census counts a document's structure as it passes.
type census struct {
	tokens, items int
	open          []element
	namespaces    int
}

// An element is open until a closing tag with its name.
type element struct {
	name       []byte
	namespaces int
}

// take counts s, or says why the document must go no further.
func (c *census) take(src []byte, s stretch) error {
	c.tokens++
	if c.tokens > maxTokens {
		return fmt.Errorf("more than %d pieces of markup", maxTokens)
	}
	switch s.shape {
	case closing:
		c.leave(nameOf(src[s.from:s.to]))
	case opening, empty:
		return c.enter(src[s.from:s.to], s.shape)
	case text, cdata, aside, doctype: // what a doctype declares is left out, and stays unresolved
	}
	return nil
}

// leave closes the innermost element called name and all within, as the
// lenient decoder does. A name that nobody opened closes nothing: depth is
// never counted too low.
func (c *census) leave(name []byte) {
	for i, v := range slices.Backward(c.open) {
		if !bytes.Equal(v.name, name) {
			continue
		}
		for _, e := range c.open[i:] {
			c.namespaces -= e.namespaces
		}
		c.open = c.open[:i]
		return
	}
}

func (c *census) enter(tag []byte, kind shape) error {
	if len(tag) > maxTagBytes {
		return fmt.Errorf("a tag longer than %d bytes", maxTagBytes)
	}
	all, namespaces := attributes(tag)
	c.tokens += all
	switch {
	case all > maxAttributes:
		return fmt.Errorf("more than %d attributes on an element", maxAttributes)
	case c.namespaces+namespaces > maxNamespaces:
		return fmt.Errorf("more than %d namespaces", maxNamespaces)
	}
	if name := localOf(tag); name == "item" || name == "entry" {
		c.items++
	}
	if c.items > maxItems {
		return fmt.Errorf("more than %d items", maxItems)
	}
	if kind == empty {
		return nil
	}
	c.open = append(c.open, element{name: nameOf(tag), namespaces: namespaces})
	c.namespaces += namespaces
	if len(c.open) > maxDepth {
		return fmt.Errorf("elements nested more than %d deep", maxDepth)
	}
	return nil
}

// guardJSON refuses JSON whose structure could exhaust the process.
func guardJSON(src []byte) error {
	depth, tokens := 0, 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '"':
			for i++; i < len(src) && src[i] != '"'; i++ {
				if src[i] == '\\' {
					i++
				}
			}
			continue
		case '{', '[':
			depth++
			tokens++
		case '}', ']':
			depth--
		case ',', ':':
			tokens++
		}
		if depth > maxDepth {
			return fmt.Errorf("values nested more than %d deep", maxDepth)
		}
		if tokens > maxTokens {
			return fmt.Errorf("more than %d values", maxTokens)
		}
	}
	return nil
}
