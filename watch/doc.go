// Package watch holds the rule language: it reads a rule, says what is wrong
// with it, and says whether an item matches and on which words. Rules and
// items come in, evidence goes out. Nothing here does input or output, reads
// the clock, starts a goroutine or changes after it is built.
//
// # The language
//
// Words side by side must all be there, anywhere in the title, summary or
// body. Tightest first: ( ), then field: NOT ATLEAST, then NEAR, AND, OR.
// Operators may be typed in any case; in quotes they are words.
//
//	idlib ceasefire           both; also idlib AND ceasefire, idlib && ceasefire, +idlib +ceasefire
//	drone OR uav              either; also drone | uav
//	idlib -football           not football; also NOT football, !football
//	"observation post"        side by side in this order
//	"observation post"~2      with up to 2 other words inside
//	idlib NEAR/5 ceasefire    at most 5 words in between, either order; also w/5; NEAR alone is NEAR/10
//	idlib ONEAR/5 ceasefire   the same, idlib first
//	ATLEAST/2(a, b, c)        two different ones of the list
//	count(shelling)>=3        one thing three times
//	missil*  wom?n            any letters, exactly one letter; * in a phrase too
//	=SAM  ="Wagner Group"     capitals and accents as typed
//	/ka-?50/                  a regular expression (RE2) over one whole folded word
//	title:(a OR b)            in the title; also summary: body: text: lead: (the title and 60 words)
//	lang:uk source:reuters    the item's language; its feed, outlet or host
//	author: url: tag:         the words of these
//	place:idlib               a place by any of its names; place:"Tripoli, LB", place:(a OR b)
//	#ceasefire                a thing by its words in eleven languages; see [Presets]
//	strict:"peace talks"      in one sentence; also strict:(drone NEAR/20 hit)
//	words>80                  the length of title, summary and body; also >= < <= =
//	outlets>=2  level>=high   asked of the story: outlets origins casualties age level score
//
// # Numbers of the story
//
// One item does not tell how many outlets have its story, so these hold for
// the whole rule, may not stand under NOT, in an OR or in a field, and are
// kept apart: [Rule.Thresholds] returns them. Everything here that looks at an
// item ([Rule.Match], [Set.Match], [Rule.Explain], [Diff]) leaves them out of
// account. Whoever judges the story asks [Threshold.Holds]; until then an item
// matches by its text alone.
//
//	outlets>=2     outlets that tell it; also sources
//	origins>=2     owners that tell it in words of their own
//	casualties>10  dead and wounded, as far as reports say
//	age<48h        since its first report, in whole hours (h) or days (d)
//	level>=high    calm, guarded, elevated, high or critical
//	score>=60      what the level is computed from
//
// # As typed in a chat
//
// Quotes may be of any kind, but single ones are apostrophes. Slack's
// entities and links are undone, and so are the marks of spoilers, bold and
// code round a whole rule, and of bold round a word.
//
// # Saying it back
//
// [Rule.String] is the canonical form, which parses to the same rule,
// [Rule.Words] says it in English, [Format] breaks it over lines. [Import]
// reads the spellings of other products.
//
// # Words
//
// Words are compared folded: without case, accents, vowel points and width,
// with the letter variants of Arabic, Hebrew, Turkish and Russian made one.
// Punctuation and apostrophes part words; a rule word with such a part in it
// is a phrase. Han and kana, Thai, Lao, Khmer and Burmese are one word a
// letter, so that a word of several letters is a phrase too; traditional and
// simplified Chinese are one. Nothing matches across two fields.
//
// Each word also stands for what Arabic and Hebrew write together with it: و, ب,
// ל and their like, and the article. A name stands for its cases in Russian and
// Ukrainian too: an alias, a place, a word or phrase that begins with a capital.
// What is spelled with a letter of Turkish, and each place, also stands for its
// Turkish endings without an apostrophe. Only rules are taken apart so, never
// the words of an item: وادي and بيروت are themselves. Neither =exact, wildcards
// nor expressions have such forms. [Rule.Expansion] lists them,
// [Rule.Scripts] says in which scripts the rule has words.
//
// A place that is also a word is found with a capital only, and one of a name
// that several countries have is asked about.
//
// Acronyms that are also words (US, WHO, IT, UN, …) are taken as typed if
// they are typed in capitals; [Rule.Notes] says so.
//
// A rule needs something that must be there in every branch of an OR; a
// language or a source alone will not do. A rule holds at most 4,000 bytes,
// 500 terms and 32 levels of nesting; NEAR and ~ reach over 100 words, NEAR
// joins 8 things, a regular expression has 500 instructions and repeats a
// thing 50 times.
//
// One that would bring much of all news is a rule like any other:
// [Rule.Estimate] and [Rule.Measure] say so.
package watch
