package watch

import (
	"strconv"
	"strings"
)

// Words says the rule back in plain English: what must be there, what must
// not, and what is asked of the story later.
func (r *Rule) Words() string {
	if len(r.asked) == 0 {
		return speak(r.root)
	}
	asked := make([]string, len(r.asked))
	for i, t := range r.asked {
		asked[i] = t.words()
	}
	return speak(r.root) + ", once " + strings.Join(asked, " and ")
}

// speak says what n asks for.
func speak(n node) string {
	switch n := n.(type) {
	case *allOf:
		return speakAll(n)
	case *anyOf:
		if len(n.kids) == 2 {
			return "either " + speakList(n.kids, " or ")
		}
		return "any of " + speakList(n.kids, " or ")
	case *not:
		return "no " + speakPart(n.kid)
	case *near:
		return n.words()
	case *scope:
		return n.words()
	case *atLeast:
		return "at least " + strconv.Itoa(n.n) + " of " + speakList(n.kids, " and ")
	case *count:
		return speakPart(n.kid) + " at least " + times(n.n)
	case *length:
		return n.words()
	case *term:
		return n.words()
	}
	return canonical(n)
}

// speakAll says what must be there, then what the report must be, then what
// must not be there.
func speakAll(n *allOf) string {
	var wanted, about, unwanted []node
	for _, kid := range n.kids {
		if no, ok := kid.(*not); ok {
			unwanted = append(unwanted, no.kid)
		} else if attribute(kid) {
			about = append(about, kid)
		} else {
			wanted = append(wanted, kid)
		}
	}
	var said []string
	switch {
	case len(wanted) == 2 && compound(wanted[1]):
		said = append(said, speakPart(wanted[0]), "and "+speak(wanted[1]))
	case len(wanted) == 1:
		said = append(said, speak(wanted[0]))
	case len(wanted) > 0:
		said = append(said, speakList(wanted, " and "))
	}
	for _, kid := range about {
		said = append(said, speak(kid))
	}
	if len(unwanted) > 0 {
		no, nor := "no ", " and no "
		if len(said) > 0 {
			no, nor = "but not ", " and not "
		}
		said = append(said, no+speakList(unwanted, nor))
	}
	return strings.Join(said, ", ")
}

// attribute holds for what a report is, not what it says.
func attribute(n node) bool {
	switch n := n.(type) {
	case *length:
		return true
	case *scope:
		return fieldMask(n.field)&(inText|inLead) == 0 || n.field == "lang"
	}
	return false
}

// compound holds for what needs words of its own to keep its parts together.
func compound(n node) bool {
	switch n := n.(type) {
	case *allOf, *anyOf, *atLeast, *near, *count:
		return true
	case *scope:
		return n.field != "lang" && compound(n.kid)
	}
	return false
}

// speakPart says n as part of something larger.
func speakPart(n node) string {
	if compound(n) {
		return "(" + speak(n) + ")"
	}
	return speak(n)
}

// speakList joins what kids ask for with commas, the last with last.
func speakList(kids []node, last string) string {
	var b strings.Builder
	for i, kid := range kids {
		switch {
		case i == 0:
		case i == len(kids)-1:
			b.WriteString(last)
		default:
			b.WriteString(", ")
		}
		b.WriteString(speakPart(kid))
	}
	return b.String()
}

// thePhrase is said of what is in quotes, but for names.
const thePhrase = "the phrase "

// inSentence is said of what strict: holds together.
const inSentence = " within one sentence"

func (n *near) words() string {
	left, right := speakPart(n.left), speakPart(n.right)
	if n.strict {
		left = strings.ReplaceAll(left, inSentence, "")
		right = strings.ReplaceAll(right, inSentence, "")
	}
	said := left + " and " + right
	if n.ordered {
		said = left + " before " + right
	}
	said += " with at most " + plural(n.n, "word") + " in between"
	if n.strict {
		said += "," + inSentence
	}
	return said
}

func (n *scope) words() string {
	said := speakPart(n.kid)
	switch n.field {
	case "lang":
		if t, ok := n.kid.(*term); ok {
			return "written in " + languageName(t.text)
		}
		return "written in " + speakLanguages(n.kid)
	case "source":
		return "from " + strings.ReplaceAll(said, thePhrase, "")
	case "author":
		return "by " + strings.ReplaceAll(said, thePhrase, "")
	case "tag":
		return "tagged " + strings.ReplaceAll(said, thePhrase, "")
	case "url":
		return "with " + said + " in the link"
	case "lead":
		return said + " in the title or the first 60 words after it"
	case "text":
		return said + " in the text"
	}
	return said + " in the " + n.field
}

func speakLanguages(n node) string {
	switch n := n.(type) {
	case *term:
		return languageName(n.text)
	case *anyOf:
		names := make([]string, len(n.kids))
		for i, kid := range n.kids {
			names[i] = speakLanguages(kid)
		}
		return strings.Join(names, " or ")
	case *not:
		return "anything but " + speakLanguages(n.kid)
	}
	return canonical(n)
}

// languageName returns the English name of the languages that conflicts are
// reported in most, or the code as it is.
func languageName(code string) string {
	switch strings.ToLower(code) {
	case "ar":
		return "Arabic"
	case "de":
		return "German"
	case "en":
		return "English"
	case "es":
		return "Spanish"
	case "fa":
		return "Persian"
	case "fr":
		return "French"
	case "he":
		return "Hebrew"
	case "ku":
		return "Kurdish"
	case "pt":
		return "Portuguese"
	case "ru":
		return "Russian"
	case "tr":
		return "Turkish"
	case "uk":
		return "Ukrainian"
	case "zh":
		return "Chinese"
	}
	return "the language " + code
}

func (n *length) words() string { return n.op.words(plural(n.n, "word")) + " long" }

// words says how much of amount is asked for.
func (op Op) words(amount string) string {
	switch op {
	case ">":
		return "more than " + amount
	case ">=":
		return "at least " + amount
	case "<":
		return "fewer than " + amount
	case "<=":
		return "at most " + amount
	}
	return "exactly " + amount
}

func (t *term) words() string {
	said := t.text
	switch t.style {
	case phrase:
		said = thePhrase + curly(t.text)
	case exact:
		said += " exactly as typed"
		if strings.Contains(t.text, " ") || t.slop > 0 {
			said = curly(t.text) + " exactly as typed"
		}
	case pattern:
		said = "a word that fits /" + t.text + "/"
	case named:
		said = "the place " + strings.TrimPrefix(t.text, "place:") + " in any spelling"
		if preset, ok := strings.CutPrefix(t.text, "#"); ok {
			said = "a word for " + preset
		}
	case word:
		if len(t.spellings) == 1 && len(t.spellings[0]) == 1 && t.spellings[0][0].glob != nil {
			said = wildcard(t.text)
		}
	}
	if t.slop > 0 {
		said += " with up to " + plural(t.slop, "other word") + " inside"
	}
	if n := t.aliases(); n > 0 {
		said += " (or " + plural(n, "other spelling") + " of it)"
	}
	if t.strict {
		said += inSentence
	}
	return said
}

// wildcard says what a word with * or ? in it stands for.
func wildcard(text string) string {
	bare := strings.Trim(text, "*")
	first, last := strings.HasPrefix(text, "*"), strings.HasSuffix(text, "*")
	switch {
	case strings.ContainsAny(bare, "*?"):
		return "words like " + text
	case first && last:
		return "words with -" + bare + "- in them"
	case first:
		return "words that end in -" + bare
	}
	return "words that begin with " + bare + "-"
}

func (t Threshold) words() string {
	n, _ := strconv.Atoi(t.amount())
	switch t.Of {
	case Outlets:
		return "the story is told by " + t.Op.words(plural(n, "outlet"))
	case Origins:
		return "the story is told by " + t.Op.words(plural(n, "independent origin"))
	case Casualties:
		return t.Op.words(t.amount()+" dead and wounded") + " are reported"
	case Age:
		amount := plural(t.Value, "hour")
		if t.Value%24 == 0 {
			amount = plural(t.Value/24, "day")
		}
		return "the story is " + strings.Replace(t.Op.words(amount), "fewer", "less", 1) + " old"
	case Level:
		return "the level is " + t.Op.levels(t.amount())
	case Score:
	}
	return "the score is " + strings.Replace(t.Op.words(t.amount()), "fewer", "less", 1)
}

// levels says which levels are asked for.
func (op Op) levels(name string) string {
	switch op {
	case ">":
		return "above " + name
	case ">=":
		return name + " or above"
	case "<":
		return "below " + name
	case "<=":
		return name + " or below"
	}
	return name
}

// curly returns text in the quotes that a reader expects.
func curly(text string) string { return "“" + text + "”" }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	if n == 2 {
		return "twice"
	}
	return strconv.Itoa(n) + " times"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// aliases counts the spellings that the desk file adds; what grammar makes of
// them, and the spellings of places and presets, would say little.
func (t *term) aliases() int {
	n := 0
	if t.group != nil {
		for _, s := range t.group.lore {
			if strings.HasPrefix(s.From, "alias of") {
				n++
			}
		}
	}
	return n
}
