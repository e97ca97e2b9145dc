package discord

import (
	"sync"
	"time"
)

// What was heard is remembered for half an hour or more, less in a flood: what
// Discord sends again after a line broke is minutes old, and a signature holds
// for five.
const (
	keepHeard = 30 * time.Minute
	mostHeard = 50_000
)

// A memory knows what was heard lately. The zero memory has heard nothing.
type memory struct {
	mu     sync.Mutex // guards what follows
	heard  map[string]bool
	before map[string]bool // those that were heard before turned
	turned time.Time
}

// first reports whether none of keys was heard before. They have been then.
func (m *memory) first(keys ...string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); m.heard == nil || now.Sub(m.turned) >= keepHeard || len(m.heard) >= mostHeard {
		m.before, m.heard, m.turned = m.heard, make(map[string]bool), now
	}
	first := true
	for _, k := range keys {
		if k == "" {
			continue
		}
		first = first && !m.heard[k] && !m.before[k]
		m.heard[k] = true
	}
	return first
}
