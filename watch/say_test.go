package watch

import "testing"

func TestWordsSayTheRuleBack(t *testing.T) {
	t.Parallel()
	names := Names{"truce": {"ceasefires", "lull"}}
	for src, want := range map[string]string{
		`Homs AND (ceasefire OR "observation post") AND NOT football`: `Homs, and either ceasefire or the phrase “observation post”, but not football`,
		`truce`:                               `truce (or 2 other spellings of it)`,
		`a b c`:                               `a, b and c`,
		`a OR b OR c`:                         `any of a, b or c`,
		`a b OR c`:                            `either (a and b) or c`,
		`a -b -c`:                             `a, but not b and not c`,
		`a (b OR -c d)`:                       `a, and either b or (d, but not c)`,
		`a -(b c)`:                            `a, but not (b and c)`,
		`(a OR b) (c OR d) e`:                 `(either a or b), (either c or d) and e`,
		`"a b"~2 US`:                          `the phrase “a b” with up to 2 other words inside and US exactly as typed`,
		`="Wagner Group"`:                     `“Wagner Group” exactly as typed`,
		`missil* OR *stan OR *bomb* OR wom?n`: `any of words that begin with missil-, words that end in -stan, words with -bomb- in them or words like wom?n`,
		`/ka-?50/`:                            `a word that fits /ka-?50/`,
		`(drone OR uav) NEAR/1 hit`:           `(either drone or uav) and hit with at most 1 word in between`,
		`minister ONEAR/3 resigns`:            `minister before resigns with at most 3 words in between`,
		`strict:(a NEAR/9 "b c")`:             `a and the phrase “b c” with at most 9 words in between, within one sentence`,
		`ATLEAST/2(a, b c, d)`:                `at least 2 of a, (b and c) and d`,
		`count(shelling)>=2 a`:                `(shelling at least twice) and a`,
		`title:(a OR b) lead:c`:               `((either a or b) in the title) and c in the title or the first 60 words after it`,
		`a lang:uk source:reuters.com`:        `a, written in Ukrainian, from reuters.com`,
		`a lang:(uk OR sw) -source:x`:         `a, written in Ukrainian or the language sw, but not from x`,
		`a author:"j d" tag:x url:y`:          `a, by “j d”, tagged x, with y in the link`,
		`a words>80`:                          `a, more than 80 words long`,
		`a outlets>=2 level>=high`:            `a, once the story is told by at least 2 outlets and the level is high or above`,
		`a age<2d`:                            `a, once the story is less than 2 days old`,
		`a age>=1h casualties>10 origins=1`:   `a, once the story is at least 1 hour old and more than 10 dead and wounded are reported and the story is told by exactly 1 independent origin`,
		`a score>=60 level<high`:              `a, once the score is at least 60 and the level is below high`,
	} {
		if got := mustParse(t, src, names).Words(); got != want {
			t.Errorf("%s:\n got %s\nwant %s", src, got, want)
		}
	}
}
