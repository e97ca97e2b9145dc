package story

import "time"

// A SignalKind says what a signal claims.
type SignalKind string

// The kinds of signal. The first four count people.
const (
	Killed    SignalKind = "killed"
	Wounded   SignalKind = "wounded"
	Captured  SignalKind = "captured"
	Displaced SignalKind = "displaced"

	Threat       SignalKind = "threat of force"
	Ultimatum    SignalKind = "ultimatum"
	Mobilisation SignalKind = "mobilisation" // and reinforcement
	Strike       SignalKind = "strike"       // from the air, by missile or drone
	Shelling     SignalKind = "shelling"
	Clash        SignalKind = "clash"
	Encirclement SignalKind = "encirclement"
	Ceasefire    SignalKind = "ceasefire"
	Violation    SignalKind = "ceasefire violation"
	Talks        SignalKind = "talks"
	Agreement    SignalKind = "agreement"
	Withdrawal   SignalKind = "withdrawal"
	AidAccess    SignalKind = "aid access"
)

// A Signal is a claim read off an item, with the sentence that makes it. The
// parts that the sentence does not name are zero.
type Signal struct {
	Kind     SignalKind
	Field    Field
	Sentence Span // within the field: the evidence
	Words    Span // within the field: the words that make the claim

	Actor    string    // who does it
	Target   string    // to whom; of a count, who is counted: "Turkish soldiers"
	Place    string    // where, as the sentence has it
	Count    Count     // of Killed, Wounded, Captured and Displaced
	Source   string    // according to whom
	Deadline time.Time // of an Ultimatum: when it ends, in UTC
}

// A Count is a number of people as a report gives it: exact, a range, or
// open ("at least 14"). The zero Count says nothing.
type Count struct {
	Low, High int  // inclusive; equal if the number is exact
	Open      bool // more than High are possible: "at least", "dozens"
	Total     bool // a toll up to now, not of this event alone
}
