package command_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot/command"
)

func TestWhatWasHeardIsRememberedForHalfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := command.NewQueue()
		for i := range 29 {
			if key := fmt.Sprint(i); !q.First(key) || q.First(key, "") {
				t.Errorf("%s is not heard for the first time", key)
			}
			time.Sleep(time.Minute)
		}
		if q.First("0") {
			t.Error("what was heard 29 minutes ago is forgotten")
		}
		time.Sleep(time.Hour)
		q.First("x")
		time.Sleep(time.Hour)
		if q.First("y"); !q.First("0") {
			t.Error("nothing is ever forgotten")
		}
	})
}

func TestACallIsNotTakenWhenItIsOneTooMany(t *testing.T) {
	t.Parallel()
	q := command.NewQueue()
	if q.Begin("ada") || q.Takes() {
		t.Error("a queue that is not open takes a call")
	}
	q.Open()
	for range 5 {
		if !q.Begin("ada") {
			t.Fatal("five calls of one person are too many")
		}
	}
	if q.Begin("ada") {
		t.Error("a sixth call of one person is taken")
	}
	if !q.Begin("ben") {
		t.Error("somebody else's call is not")
	}
	q.End("ada")
	if !q.Begin("ada") {
		t.Error("a call is not taken after one has ended")
	}
	taken := 6
	for i := range 1_000 {
		if q.Begin(fmt.Sprint(i)) {
			taken++
		}
	}
	if taken != 500 {
		t.Errorf("%d calls are under way, want 500", taken)
	}
}

func TestAQueueThatClosesWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := command.NewQueue()
		q.Open()
		q.Begin("ada")
		closed := false
		go func() {
			q.Close()
			closed = true
		}()
		synctest.Wait()
		if closed || q.Takes() || q.Begin("ben") {
			t.Errorf("closed %v while a call is under way; it takes further calls: %v", closed, q.Takes())
		}
		q.End("ada")
		synctest.Wait()
		if !closed {
			t.Error("it is not closed after the last call")
		}
	})
}

func TestTurnsAreWaitedForNoLongerThanTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := command.NewQueue()
		for range 16 {
			if _, ok := q.Turn(t.Context()); !ok {
				t.Fatal("sixteen at once are too many")
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := q.Turn(ctx); ok {
			t.Error("a seventeenth has its turn")
		}
	})
}
