package store

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWhoIsSilentSendsNothingMore has a replica say that it is alive, fall
// silent, and say so again.
func TestWhoIsSilentSendsNothingMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPresence(nil)
		ended := func() (before, after bool) {
			held, done := p.hold(t.Context())
			defer done()
			before = held.Err() != nil
			time.Sleep(surelyAlive - time.Millisecond)
			synctest.Wait()
			return before, held.Err() != nil
		}
		if before, after := ended(); before || after {
			t.Error("who never said so may not send")
		}
		for range 2 {
			p.keep(time.Now().Add(surelyAlive))
			if before, after := ended(); before || after {
				t.Error("who has just said so may not send")
			}
			p.keep(time.Now().Add(surelyAlive))
			if before, after := ended(); before || after {
				t.Error("who has said so again may not send")
			}
			time.Sleep(time.Millisecond)
			synctest.Wait()
			if before, _ := ended(); !before {
				t.Error("who is silent for so long may send")
			}
		}
	})
}
