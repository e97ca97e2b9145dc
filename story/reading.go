package story

// A Reading is what one item claims, as it counts for the levels of the
// watches that accept it.
type Reading struct {
	Seq     int64       // rises with each that is saved
	Edited  bool        // it takes the place of an earlier one of its item
	Item    Item        // without its texts but the title
	Opener  ItemID      // that opened its story: itself if it has none
	CopyOf  string      // the owner of the text that it repeats, or ""
	Signals []Signal    // in reading order
	Watches []WatchName // that accept it; none if an edit took back what it claimed
}
