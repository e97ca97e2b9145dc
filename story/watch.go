package story

// A WatchName names a watch in the desk file.
type WatchName string

// A Watch is a named rule and the rooms that hear of its matches.
type Watch struct {
	Name  WatchName
	Title string // as a room reads it
	Rule  string // in the language of package watch
	Rooms []RoomName
}

// A Field is a part of an item that a rule can match in.
type Field string

// The fields that hold text, in reading order.
const (
	Title   Field = "title"
	Summary Field = "summary"
	Body    Field = "body"
)

// Evidence is one place in an item that made a rule match.
type Evidence struct {
	Term  string // the term of the rule, as its author wrote it
	Field Field
	Text  string // the words of the item
	Start int    // byte offsets of Text in the field
	End   int
}

// A Match says that a watch's rule accepts an item, and why.
type Match struct {
	Watch    WatchName
	Evidence []Evidence // in reading order; empty only if the rule holds no text term
}
