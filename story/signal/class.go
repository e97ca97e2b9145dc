package signal

// A Root says what kind of deed an event is: a class of the PLOVER codebook.
// The zero Root says that a text tells of none.
type Root string

// The classes, from the friendliest to the worst.
const (
	Agree     Root = "AGREE"     // says that it will help, yield or work together
	Consult   Root = "CONSULT"   // meets, visits, talks, mediates
	Support   Root = "SUPPORT"   // praises, defends, recognises, signs
	Cooperate Root = "COOPERATE" // trades, trains, shares what it knows
	Aid       Root = "AID"       // gives money, goods, arms, shelter
	Yield     Root = "YIELD"     // eases, releases, withdraws, resigns, holds its fire
	Request   Root = "REQUEST"   // asks, demands, calls for
	Accuse    Root = "ACCUSE"    // blames, complains, sues, investigates
	Reject    Root = "REJECT"    // refuses, denies, vetoes
	Threaten  Root = "THREATEN"  // warns of what it will do
	Protest   Root = "PROTEST"   // demonstrates, strikes, riots
	Sanction  Root = "SANCTION"  // cuts what it gave, boycotts, expels diplomats
	Mobilize  Root = "MOBILIZE"  // moves forces without using them
	Coerce    Root = "COERCE"    // arrests, bans, seizes, breaks up
	Assault   Root = "ASSAULT"   // attacks, kills, abducts
)

// A Quad says whether an event is of words or deeds, with or against its
// target. The zero Quad stands with the zero Root.
type Quad uint8

// The quads, numbered as the codebook does.
const (
	VerbalCooperation Quad = iota + 1
	MaterialCooperation
	VerbalConflict
	MaterialConflict
)

// Quad returns the quad that r belongs to.
func (r Root) Quad() Quad {
	switch r {
	case Agree, Consult, Support:
		return VerbalCooperation
	case Cooperate, Aid, Yield:
		return MaterialCooperation
	case Request, Accuse, Reject, Threaten:
		return VerbalConflict
	case Protest, Sanction, Mobilize, Coerce, Assault:
		return MaterialConflict
	}
	return 0
}
