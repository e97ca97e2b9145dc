package command

import (
	"strings"

	"vedette/bot/words"
)

// A Right is what a person may do. Each includes those before it.
type Right uint8

// The rights.
const (
	Read   Right = iota // look things up
	Act                 // acknowledge, assign, mute, note
	Manage              // change watches and feeds, take data out
)

// String returns the right as the desk file has it.
func (r Right) String() string { return [...]string{"read", "act", "manage"}[r] }

// A Kind says what an argument is, and what is suggested for it.
type Kind uint8

// The kinds of argument.
const (
	Words   Kind = iota // free text; as the last of what is typed, all that is left
	Watch               // the name of a watch
	Feed                // the name of a feed
	Room                // the name of a room
	Story               // the number of a story, with or without #
	Subject             // the name of a watch or the number of a story
	Member              // a person, as the platform mentions one
	Length              // how long, such as 2h, 3d or 2w
	Moment              // until when: a length, a time of the day, or a date
	One                 // one of Choices
)

// A Param is an argument of a command.
type Param struct {
	Name     string     // one word, in small letters
	Help     words.Text // in at most 100 characters
	Kind     Kind
	Required bool
	Choices  []string // of One
}

// A Spec is a command as it is registered, explained and read.
type Spec struct {
	Name   string     // one word, or two for a command of a group, as in "watch add"
	Help   words.Text // what it does, in at most 100 characters
	Right  Right
	Params []Param // required ones first
	Share  bool    // it has the option "share": the answer is for everybody
}

// Group returns the first word of a name of two, and the name within it.
func (s *Spec) Group() (group, name string) {
	if group, name, two := strings.Cut(s.Name, " "); two {
		return group, name
	}
	return "", s.Name
}

// Usage returns what is typed, as in "mute SUBJECT UNTIL".
func (s *Spec) Usage() string {
	words := []string{s.Name}
	for _, p := range s.Params {
		word := strings.ToUpper(p.Name)
		if p.Kind == One {
			word = strings.Join(p.Choices, "|")
		}
		if !p.Required {
			word = "[" + word + "]"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// Share is the name of the option that has an answer posted for all to see.
const Share = "share"

// Specs returns all commands, in the order in which help lists them.
func Specs() []Spec {
	var (
		anyWatch = Param{Name: "watch", Help: "the watch; all of them if left out", Kind: Watch}
		watch    = Param{Name: "watch", Help: "the watch", Kind: Watch, Required: true}
		story    = Param{Name: "story", Help: "the story's number", Kind: Story, Required: true}
		subject  = Param{Name: "subject", Help: "the watch, or the story's number", Kind: Subject, Required: true}
		since    = Param{Name: "since", Help: "how far back, such as 12h, 7d or 2w", Kind: Length}
		rule     = Param{Name: "rule", Help: `the rule, such as idlib (ceasefire OR "observation post")`, Kind: Words, Required: true}
		note     = Param{Name: "note", Help: "what should be remembered", Kind: Words}
	)
	return []Spec{
		{Name: "status", Help: "Where the watches stand, why, what is open and who has it.", Params: []Param{anyWatch}, Share: true},
		{Name: "search", Help: "Search all that was ever fetched, with a watch rule.", Params: []Param{
			{Name: "query", Help: "words or a rule; since:7d goes back a week", Kind: Words, Required: true},
		}, Share: true},
		{Name: "timeline", Help: "What happened, in order.", Params: []Param{subject, since}, Share: true},
		{Name: "story", Help: "All that is known of a story: reports, figures, who has it, who was told.", Params: []Param{story}, Share: true},
		{Name: "why", Help: "Why a report or a story was told, or why not.", Params: []Param{
			{Name: "what", Help: "a report's link, or a story's number", Kind: Words, Required: true},
		}, Share: true},
		{Name: "chart", Help: "How a watch's level went, as a picture.", Params: []Param{watch, since}, Share: true},
		{Name: "feeds", Help: "How the feeds are.", Share: true},
		{Name: "help", Help: "What can be asked, and how rules are written.", Params: []Param{
			{Name: "about", Help: "a command, or rules", Kind: Words},
		}, Share: true},

		{Name: "watch list", Help: "The watches and their rules.", Share: true},
		{Name: "watch show", Help: "A watch: its rule in plain words, its rooms, what it brought.", Params: []Param{watch}, Share: true},
		{Name: "watch add", Help: "Add a watch; what it would have told is shown first.", Right: Manage, Params: []Param{
			{Name: "name", Help: "one word, in small letters", Kind: Words},
			{Name: "rule", Help: rule.Help, Kind: Words},
			{Name: "rooms", Help: "who hears of it, parted by commas; this room if left out", Kind: Room},
		}},
		{Name: "watch edit", Help: "Change the rule of a watch; what that adds and removes is shown first.", Right: Manage, Params: []Param{
			watch, {Name: "rule", Help: "the new rule", Kind: Words},
		}},
		{Name: "watch remove", Help: "Remove a watch.", Right: Manage, Params: []Param{watch}},
		{Name: "test", Help: "Try a rule on the archive.", Params: []Param{rule, since}, Share: true},
		{Name: "feed add", Help: "Add a feed.", Right: Manage, Params: []Param{
			{Name: "name", Help: "one word, in small letters", Kind: Words, Required: true},
			{Name: "url", Help: "where it is", Kind: Words, Required: true},
		}},
		{Name: "feed remove", Help: "Remove a feed; what it brought stays in the archive.", Right: Manage, Params: []Param{
			{Name: "feed", Help: "the feed", Kind: Feed, Required: true},
		}},

		{Name: "ack", Help: "Acknowledge a story: it is yours, and nobody else is called.", Right: Act, Params: []Param{story}},
		{Name: "assign", Help: "Give a story to somebody.", Right: Act, Params: []Param{
			story, {Name: "person", Help: "who has it from here on", Kind: Member, Required: true},
		}},
		{Name: "resolve", Help: "Close a story; a later report opens it again.", Right: Act, Params: []Param{story, note}},
		{Name: "note", Help: "Write something to a story, for the team.", Right: Act, Params: []Param{
			story, {Name: "note", Help: note.Help, Kind: Words, Required: true},
		}},
		{Name: "mute", Help: "Silence a watch or a story for a while; it breaks if something changes.", Right: Act, Params: []Param{
			subject, {Name: "until", Help: "how long, or until when: 2h, 18:00, 2026-03-01", Kind: Moment, Required: true},
		}},
		{Name: "unmute", Help: "End a mute, and list what it held back.", Right: Act, Params: []Param{subject}},
		{Name: "handover", Help: "What the next shift must know.", Params: []Param{
			{Name: "hours", Help: "the length of the shift that ends, such as 8h", Kind: Length},
		}, Share: true},
		{Name: "digest", Help: "What has happened, story by story.", Params: []Param{since}, Share: true},
		{Name: "export", Help: "A story as a file.", Right: Manage, Params: []Param{
			story, {Name: "format", Help: "of the file", Kind: One, Required: true, Choices: []string{"json", "csv", "md", "cap"}},
		}},
		{Name: "history", Help: "Who changed which watch, when and how.", Params: []Param{anyWatch}, Share: true},
	}
}

// Find returns the command of the name, or nil.
func Find(name string) *Spec {
	for _, s := range Specs() {
		if s.Name == name {
			return &s
		}
	}
	return nil
}
