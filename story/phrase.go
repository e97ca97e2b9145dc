package story

// A Phrase is folded words that stand side by side in a text. If Prefix is
// set, the last of them is how a word begins.
type Phrase struct {
	Words  []string
	Prefix bool
}
