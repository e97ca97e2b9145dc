package desk

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
	"vedette/story/group"
)

// twoStories are items 1 and 2 in story 1, 3 and 4 in story 2.
func twoStories(t *testing.T) *Memory {
	t.Helper()
	m := new(Memory)
	for id := range story.ItemID(4) {
		m.Bring(story.Pending{Item: story.Item{ID: id + 1, Revision: 1}})
		j := story.Judgement{Item: id + 1, Revision: 1, Relation: story.Opens, Kind: story.NewStory}
		if id%2 == 1 {
			j.Story, j.Relation, j.Kind = story.ID(id/2+1), story.Reports, story.Update
		}
		if err := m.SaveJudgements(t.Context(), []story.Judgement{j}); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// Nobody has heard of an item yet that is judged: it joins where it belongs in
// the end, and does not move.
func TestAnItemJoinsWhereItBelongsInTheEnd(t *testing.T) {
	const x = 9 // the item that is judged
	joined := func(id story.ID) story.Kinship { return story.Kinship{Story: id, Relation: story.Reports} }
	opens := story.Kinship{Relation: story.Opens}
	for name, tt := range map[string]struct {
		kin   story.Kinship
		moves []group.Move
		want  story.Kinship
		items [][]story.ItemID // of each move
		made  bool             // and joined, by the first move
	}{
		"ItStays": {joined(1), nil, joined(1), nil, false},
		"ItAloneBelongsElsewhere": {
			joined(1), []group.Move{{Reports: []story.ItemID{x}, From: []story.ID{1}, Into: 2}}, joined(2), nil, false,
		},
		"ItWasToOpenOneAndBelongsToAnother": {
			opens, []group.Move{{Reports: []story.ItemID{x}, From: []story.ID{unsaved}, Into: 2}}, joined(2), nil, false,
		},
		"ItLeavesWithOthers": {
			joined(1), []group.Move{{Reports: []story.ItemID{2, x}, From: []story.ID{1}}}, joined(0), [][]story.ItemID{{2}}, true,
		},
		"OthersComeToTheStoryThatItOpens": {
			opens, []group.Move{{Reports: []story.ItemID{2, 4}, From: []story.ID{1, 2}, Into: unsaved}}, joined(0), [][]story.ItemID{{2, 4}}, true,
		},
		"AllOthersLeaveIt": {
			joined(1), []group.Move{{Reports: []story.ItemID{1, 2}, From: []story.ID{1}, Into: 2}}, opens, [][]story.ItemID{{1, 2}}, false,
		},
		"OthersComeToItAfterAllHaveLeft": {
			joined(1), []group.Move{
				{Reports: []story.ItemID{1, 2}, From: []story.ID{1}, Into: 2},
				{Reports: []story.ItemID{4}, From: []story.ID{2}, Into: 1},
			}, joined(0), [][]story.ItemID{{1, 2}, {4}}, false,
		},
		"AStoryMergesIntoItsOwn": {
			joined(1), []group.Move{{Reports: []story.ItemID{3, 4}, From: []story.ID{2}, Into: 1}}, joined(1), [][]story.ItemID{{3, 4}}, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			memory := twoStories(t)
			s := newShift(memory, tt.kin.Story)
			kin := tt.kin
			if err := s.plan(t.Context(), x, &kin, tt.moves); err != nil {
				t.Fatal(err)
			}
			if kin.Story != tt.want.Story || kin.Relation != tt.want.Relation {
				t.Errorf("it %s story %d, want that it %s story %d", kin.Relation, kin.Story, tt.want.Relation, tt.want.Story)
			}
			var items [][]story.ItemID
			for _, m := range s.moves {
				items = append(items, m.Items)
			}
			if diff := cmp.Diff(tt.items, items); diff != "" {
				t.Errorf("items that move (-want +got):\n%s", diff)
			}
			if tt.made && (s.moves[0].Into != 0 || !s.moves[0].Joined) {
				t.Errorf("move is %+v, want that the item joins what it makes", s.moves[0])
			}
			memory.Bring(story.Pending{Item: story.Item{ID: x, Revision: 1}})
			j := story.Judgement{Item: x, Revision: 1, Story: kin.Story, Relation: kin.Relation, Kind: story.Update, Moves: s.moves}
			if err := memory.SaveJudgements(t.Context(), []story.Judgement{j}); err != nil {
				t.Fatal(err)
			}
			saved, err := memory.Story(t.Context(), memory.Judged[len(memory.Judged)-1].Story)
			if err != nil || saved.Merged != 0 || saved.Reports[len(saved.Reports)-1].Item.ID != x {
				t.Errorf("its story is %+v (%v), want it in one that goes on", saved, err)
			}
		})
	}
}
