package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
	"vedette/story"
)

func TestOperatorsAreRoomsThatHearOfFeeds(t *testing.T) {
	desk, notes, faults := config.Load("desk.yaml", []byte(good+"operators: [here]\n"), config.Options{})
	if faults != nil || !cmp.Equal(desk.Operators, []story.RoomName{"here"}) {
		t.Errorf("operators %v, faults %v; want the room here", desk, faults)
	}
	for _, n := range notes {
		if strings.Contains(n.String(), `no watch tells the room "here"`) {
			t.Errorf("%s; want no warning of a room that operators are in", n)
		}
	}
	for list, want := range map[string]string{
		"[hre]":        `there is no room "hre"; did you mean "here"?`,
		"[here, here]": `the room "here" stands on line`,
	} {
		_, _, faults := config.Load("desk.yaml", []byte(good+"operators: "+list+"\n"), config.Options{})
		if len(faults) != 1 || !strings.Contains(faults[0].String(), want) {
			t.Errorf("operators: %s gives %v, want one fault with %q", list, faults, want)
		}
	}
}
