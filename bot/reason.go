package bot

import (
	"time"

	"vedette/bot/words"
	"vedette/story"
)

// Why a policy decides as it does. It is kept on record in English, and said
// again in the words of the room that shows it.
const (
	becauseMuted      words.Text = "%s is muted by %s until %s"
	becauseInTime     words.Text = "the story was acknowledged in time"
	becauseEscalation words.Text = "escalation"
	becauseBelow      words.Text = "%s, and the room is told from %s"
	becauseQuiet      words.Text = "quiet hours until %s"
	becauseLate       words.Text = "it had waited for more than %s"
	becauseBefore     words.Text = "pings as it did before"
	becauseNoCause    words.Text = "no ping: neither new nor higher nor confirmed for the first time"
	becauseRate       words.Text = "no ping: the last was %s ago at %s, and the room wants %s between two"
	becauseRise       words.Text = "pings %s: the level rises"
	becauseNew        words.Text = "pings %s: a new story"
	becauseConfirmed  words.Text = "pings %s: an independent source confirms"
	becauseNobody     words.Text = "%s, and nobody has acknowledged it in %s for %s"

	storyNumber  words.Text = "story #%d"
	hoursMinutes words.Text = "%d h %d min"
	minutesAlone words.Text = "%d min"
	keptTime                = "2 Jan 15:04 MST"
)

// kept returns t as it is put on record.
func kept(t words.Text, values ...any) string { return words.Words{}.Say(t, values...) }

// Reason returns a reason of the record in w, if it is one of a policy's: those
// of the judgement are shown as they were judged.
func Reason(why string, w words.Words) string {
	said, _ := w.Again(why, func(v string) string { return keptValue(v, w) },
		becauseMuted, becauseInTime, becauseEscalation, becauseBelow, becauseQuiet, becauseLate, becauseBefore, becauseNoCause, becauseRate,
		becauseRise, becauseNew, becauseConfirmed, becauseNobody)
	return said
}

// keptValue returns what stands within a reason of the record in w: a level, a
// time, a length of time, a story; or a name as it is.
func keptValue(v string, w words.Words) string {
	for l := story.Unjudged; l <= story.Critical; l++ {
		if v == l.String() {
			return LevelName(l, w)
		}
	}
	if at, err := time.Parse(keptTime, v); err == nil {
		return at.Format(w.Say(keptTime))
	}
	said, _ := w.Again(v, func(number string) string { return number }, storyNumber, hoursMinutes, minutesAlone)
	return said
}
