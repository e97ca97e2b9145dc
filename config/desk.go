package config

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"vedette/story"
)

// A Desk is what a team decided: what to read, what to look for, whom to tell.
type Desk struct {
	Feeds   []story.Feed // in the order of the file, as are the rest
	Aliases map[string][]string
	Watches []story.Watch
	Judging map[story.WatchName]Judging // of the watches whose levels are not judged as usual
	Rooms   []Room
	People  People

	Operators []story.RoomName // that hear of the feeds' health
}

// A Room is a place where notices are told, and its policies. Exactly one of
// Slack, Discord, Webhook and Terminal is set.
type Room struct {
	Name     story.RoomName
	Slack    string // the channel's ID
	Discord  string // the channel's ID
	Webhook  Webhook
	Terminal bool
	Zone     *time.Location // never nil
	Language string         // of the fixed words that it reads; "" is English
	Tell     Tell
	Quiet    Quiet
	Digest   []time.Duration // times of the day, since midnight
	Handover []time.Duration // likewise: when a shift ends
	Escalate []Rung
	Board    bool
}

// A Webhook is a program that is called. The zero Webhook is none.
type Webhook struct {
	URL    string
	Secret string // the variable that holds it; see [Settings.RoomSecrets]
	Format string // vedette, pagerduty or opsgenie
}

// Tell is what a room is told. The zero Tell is everything, without a ping.
type Tell struct {
	From    story.Level
	Ping    map[story.Level]story.Mention
	Rate    time.Duration // the least time between two pings at one level; 0 if the file does not say it
	Backlog time.Duration // how long a message waits before it is told in a digest; 0 if the file does not say it
}

// Quiet is when a room is left alone: from From to To, each a time since
// midnight, over midnight if To comes first. The zero Quiet is never.
type Quiet struct {
	From, To time.Duration
	Days     []time.Weekday // on which it begins; none is each
	Except   story.Level    // told all the same; Unjudged for none
}

// A Rung is whom to tell if nobody acknowledges in time: exactly one of Room
// and Calls is set.
type Rung struct {
	Unacknowledged time.Duration // since the rung before
	Room           story.RoomName
	Calls          story.Mention // in the room itself
}

// Options is what [Load] must know beside the file.
type Options struct {
	PollEvery time.Duration // of feeds that do not say it; 5 minutes if 0
	Secrets   []string      // never shown, wherever they stand in the file

	// Languages are those that rooms can be told in; nil is English alone.
	Languages []string

	// Rule checks a watch's rule, given the file's aliases; nil checks nothing.
	// If its error has a method Span() (start, end int, msg, hint string),
	// the fault points at that range of the rule's bytes.
	Rule func(rule string, aliases map[string][]string) error

	// Judging checks how levels are to be judged; nil checks nothing.
	Judging func(Judging) error

	// Advise returns what the author of a rule without fault should know of
	// it; nil advises nothing.
	Advise func(rule string, aliases map[string][]string) []string
}

// Largest and deepest that a desk file may be. A file with a thousand feeds
// is a fifth of it, and the desk file has five levels.
const (
	largestFile   = 1 << 20
	deepestFile   = 32
	standardEvery = 5 * time.Minute
)

// Load reads a desk file from data; file is its name in faults and notes.
// It names all that is wrong at once, ordered by line; the desk is nil if and
// only if there are faults. Notes tell what is allowed and should be known,
// such as a room that no watch tells.
func Load(file string, data []byte, opt Options) (*Desk, []Note, Faults) {
	if opt.PollEvery == 0 {
		opt.PollEvery = standardEvery
	}
	r := &reader{file: file, redact: newRedactor(opt.Secrets), opt: opt}
	var desk *Desk
	if body := r.parse(data); body != nil {
		var f deskFile
		r.decode(&f, body, "the desk file")
		desk = r.check(&f)
	}
	slices.SortStableFunc(r.notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	if r.faults != nil {
		r.faults.sortByPlace()
		return nil, r.notes, r.faults
	}
	return desk, r.notes, nil
}

// A reader reads one desk file and collects what is to be said about it.
type reader struct {
	file   string
	lines  []string // with their secrets masked
	raw    []string
	redact redactor
	opt    Options
	faults Faults
	notes  []Note
}

// parse returns the file's syntax tree, or nil if there is a fault that hides
// all else.
func (r *reader) parse(data []byte) ast.Node {
	if len(data) > largestFile {
		r.fault(spot{}, fmt.Sprintf("the file has %d bytes", len(data)), fmt.Sprintf("at most %d", largestFile))
		return nil
	}
	doc := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	r.raw = strings.Split(doc, "\n")
	for i, line := range r.raw {
		r.raw[i] = strings.ToValidUTF8(line, "\ufffd")
	}
	r.lines = r.redact.lines(r.raw)
	if at, ok := unreadable(doc); ok {
		r.fault(at, "a byte that is not text", "UTF-8 without control characters")
		return nil
	}
	tokens := lexer.Tokenize(doc)
	if at, ok := tooDeep(tokens); ok {
		r.fault(at, fmt.Sprintf("lists and mappings stand more than %d deep in one another", deepestFile), "the five levels of a desk file")
		return nil
	}
	r.cutRules(tokens)
	f, err := parseYAML(tokens)
	if err != nil {
		if r.faults == nil { // a rule that is cut may leave a bracket open
			r.syntax(err)
		}
		return nil
	}
	var body ast.Node
	for _, d := range f.Docs {
		switch {
		case d.Body == nil || d.Body.Type() == ast.NullType || d.Body.Type() == ast.CommentType:
		case body != nil:
			r.fault(spotOf(d.Body), "a second document begins here", "one document in the file")
		default:
			body = d.Body
		}
	}
	if body == nil {
		r.fault(spot{line: 1, column: 1}, "the desk file is empty", "feeds, watches and rooms; see vedette.example.yaml")
	}
	return body
}

// cutRules finds the rules that YAML cuts off at a preset. Nothing else would:
// what is left is a rule, and accepts far more.
func (r *reader) cutRules(tokens token.Tokens) {
	for i, tk := range tokens {
		first, _ := utf8.DecodeRuneInString(tk.Value)
		if tk.Type != token.CommentType || !unicode.IsLetter(first) {
			continue
		}
		before := i - 1
		if before > 0 && tokens[before].Type == token.StringType {
			before--
		}
		if before > 0 && tokens[before].Type == token.MappingValueType && tokens[before-1].Value == "rule" {
			preset, _, _ := strings.Cut("#"+tk.Value, " ")
			r.fault(spot{line: tk.Position.Line, column: tk.Position.Column},
				"the rule is cut off here: YAML takes "+r.quote(strings.TrimRight(preset, ",)"))+" and what follows for a comment",
				"the rule between single quotation marks, such as rule: 'idlib #ceasefire', or on the lines below rule: |")
		}
	}
}

// parseYAML parses tokens. The parser is not ours: whatever it does with an
// odd file, the process that reloads its desk lives.
func parseYAML(tokens token.Tokens) (f *ast.File, err error) {
	defer func() {
		if recover() != nil {
			f, err = nil, errors.New("not YAML")
		}
	}()
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// syntax notes why the file is not YAML.
func (r *reader) syntax(err error) {
	at, msg := spot{line: 1, column: 1}, "this is not YAML"
	if y, ok := errors.AsType[yaml.Error](err); ok {
		msg = "this is not YAML: " + y.GetMessage()
		if tk := y.GetToken(); tk != nil && tk.Position != nil {
			at = spot{line: max(tk.Position.Line, 1), column: max(tk.Position.Column, 1)}
		}
	}
	r.fault(at, msg, "YAML; faults after this place are seen when it is mended")
}

// unreadable returns the place of the first byte that no text file holds.
func unreadable(doc string) (spot, bool) {
	at := spot{line: 1, column: 1}
	for i, c := range doc {
		_, size := utf8.DecodeRuneInString(doc[i:])
		if c == utf8.RuneError && size == 1 || isForbidden(c) {
			return at, true
		}
		at.column++
		if c == '\n' {
			at = spot{line: at.line + 1, column: 1}
		}
	}
	return spot{}, false
}

// tooDeep returns the place at which tokens nest deeper than a parser that
// recurses should be asked to follow.
func tooDeep(tokens token.Tokens) (spot, bool) {
	flow, row := 0, 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
			row++
		case token.MappingEndType, token.SequenceEndType:
			flow--
			row = 0
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.AliasType:
			row++
		default:
			row = 0
		}
		if flow > deepestFile || row > deepestFile || flow == 0 && tk.Position.IndentLevel > deepestFile {
			return spot{line: max(tk.Position.Line, 1), column: max(tk.Position.Column, 1)}, true
		}
	}
	return spot{}, false
}

// fault notes that something is wrong at a place.
func (r *reader) fault(at spot, msg, want string) {
	f := Fault{File: r.file, Line: at.line, Column: at.column, Msg: r.redact.text(printable(msg)), Want: r.redact.text(printable(want))}
	if at.there() && at.line <= len(r.lines) {
		f.Snippet = snippet(r.lines[at.line-1], at.column)
	}
	r.faults = append(r.faults, f)
}

// note notes something that should be known.
func (r *reader) note(at spot, msg string) {
	r.notes = append(r.notes, Note{File: r.file, Line: at.line, Column: at.column, Msg: r.redact.text(printable(msg))})
}

// quote returns s as it may stand in a message.
func (r *reader) quote(s string) string { return quote(r.redact.text(s)) }

// shown returns a name as it may stand in a message, unquoted.
func (r *reader) shown(s string) string { return clip(r.redact.text(s)) }

// longestQuote is how much of a value a message repeats; its line is shown
// beside it.
const longestQuote = 60

func quote(masked string) string { return `"` + printable(clip(masked)) + `"` }

func clip(s string) string {
	if runes := []rune(s); len(runes) > longestQuote {
		return string(runes[:longestQuote]) + "…"
	}
	return s
}
