package group

import "time"

// Params are the limits of kinship. They were chosen as one compromise between
// news texts, headlines of a feed and headlines of a war, on parts of the
// project's labelled data; docs/judgement.md has how well they do.
type Params struct {
	Join   float64       // the likeness to a story from which a report joins it
	Best   float64       // how much of that is the likeness to its likest report, the rest being the mean
	Window time.Duration // apart by more, two reports are of two events
	Half   time.Duration // two reports this far apart are half as like

	Name      float64 // weight of a name, where another word has 1
	Number    float64 // weight of a number
	Sound     float64 // weight of a name's consonants, which survive spelling and script
	Elsewhere float64 // what is left of the likeness of two reports that name other places
	Town      float64 // what is left of it if all that they share is the name of a place
	Short     float64 // how much likeness grows for short reports, which say the same in few words; 0 is not at all

	Around int     // nearest reports among which the words of a report are weighed again
	Alike  float64 // likeness from which a report is near enough for that
	Common float64 // what is left of the weight of a word that all reports around have
	Lone   float64 // reports that share nothing and are thought to be around too: a few reports show little
	Long   int     // telling words up to which a report is too short to be known by anything but what all have

	Merge  float64 // mean likeness from which two stories become one
	Hold   float64 // two groups of several reports are one event if they are at least so far as like as each is in itself
	Fits   float64 // how many times Join a report must be like what it is with to stay there in any case
	Gain   float64 // a report moves if it is so many times more like where it goes than what it leaves,
	Margin float64 // and by so much more

	Lead  int // words that are read after the title
	Terms int // that are kept of a report, the heaviest

	CopyShare float64 // of the shorter text's word runs that the longer has too, if it is a copy
	WireShare float64 // the same, if both credit one wire

	Reach   int // reports that one word leads to, the newest
	Near    int // reports that are compared in full
	Members int // reports of a story that are compared, the newest
}

// Defaults returns the limits that the program judges by.
func Defaults() Params {
	return Params{
		Join: 0.13, Best: 0.3, Window: 48 * time.Hour, Half: 12 * time.Hour,
		Name: 2, Number: 0.7, Sound: 0.5, Elsewhere: 0.5, Town: 0.2, Short: 1,
		Around: 20, Alike: 0.1, Common: 0.3, Lone: 4, Long: 12,
		Merge: 0.3, Hold: 0.7, Fits: 1.25, Gain: 1.5, Margin: 0.2,
		Lead: 60, Terms: 48,
		CopyShare: 0.6, WireShare: 0.3,
		Reach: 128, Near: 48, Members: 24,
	}
}
