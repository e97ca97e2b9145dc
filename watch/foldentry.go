package watch

//go:generate go test -run TestFoldTableIsWhatTheFolderDoes -update-fold-table .

// The fold table says what a folder does to each character of the basic
// plane: for each 64 of them the number of a row in foldRows, and there, 4
// bytes a character, its folded form (up to 3 bytes), its class and the
// length of the form. Rows that are the same are kept once.
const (
	tableEnd   = 0x10000
	entryClass = 24
	entrySize  = 28
	rowBits    = 6
	ownForm    = 0x2E80 // from here on an entry of length 0 stands for the character itself, so that the rows of Han are one
)

// What an entry may be.
const (
	entryGap = iota
	entryLetter
	entryAlone
	entryAttached
	entryDropped
	entryMark  // leaves no trace, but the spelling reaches over it
	entryOther // a folder must say
)

// tableEntry returns what the table says of r.
func tableEntry(r rune) uint32 {
	i := r >> rowBits
	row := int(foldIndex[2*i]) | int(foldIndex[2*i+1])<<8
	at := (row<<rowBits | int(r)&(1<<rowBits-1)) * 4
	e := foldRows[at : at+4]
	return uint32(e[0]) | uint32(e[1])<<8 | uint32(e[2])<<16 | uint32(e[3])<<24
}
