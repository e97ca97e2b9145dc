package group

import "time"

// Params are the limits of kinship. They were chosen with the whole of the
// project's labelled news and headlines in view, as one compromise of them;
// docs/judgement.md has how well they do.
type Params struct {
	Join   float64       // the mean likeness to a story's reports from which a report joins it
	Window time.Duration // apart by more, two reports are of two events
	Half   time.Duration // two reports this far apart are half as like

	Name      float64 // weight of a name, where another word has 1
	Number    float64 // weight of a number
	Sound     float64 // weight of a name's consonants, which survive spelling and script
	Elsewhere float64 // what is left of the likeness of two reports that name other places

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
		Join: 0.2, Window: 48 * time.Hour, Half: 18 * time.Hour,
		Name: 1.75, Number: 0.7, Sound: 0.5, Elsewhere: 0.5,
		Lead: 60, Terms: 48,
		CopyShare: 0.6, WireShare: 0.3,
		Reach: 128, Near: 48, Members: 24,
	}
}
