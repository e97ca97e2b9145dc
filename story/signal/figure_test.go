package signal

import (
	"fmt"
	"strings"
	"testing"

	"vedette/story"
)

// figuresOf returns what r counts in text, a signal a line: "killed 14
// soldiers". "+" is an open number, "total" a toll up to now.
func figuresOf(t *testing.T, r *Reader, lang, text string) string {
	t.Helper()
	var said []string
	for _, s := range r.Read(&story.Item{Title: text, Lang: lang}) {
		if s.Count == (story.Count{}) && s.Kind != story.Killed && s.Kind != story.Wounded && s.Kind != story.Captured && s.Kind != story.Displaced {
			continue // of the other half of the package
		}
		line := fmt.Sprintf("%s %d", s.Kind, s.Count.High)
		if s.Count.Low != s.Count.High {
			line = fmt.Sprintf("%s %d-%d", s.Kind, s.Count.Low, s.Count.High)
		}
		if s.Count.Open {
			line += "+"
		}
		if s.Target != "" {
			line += " " + s.Target
		}
		if s.Count.Total {
			line += " total"
		}
		said = append(said, line)
	}
	return strings.Join(said, "; ")
}

func newTestReader(tb testing.TB) *Reader {
	tb.Helper()
	r, err := NewReader()
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func TestCounts(t *testing.T) {
	r := newTestReader(t)
	for text, want := range map[string]string{
		"Shells killed 14 soldiers near Odra":                           "killed 14 soldiers",
		"Fourteen Norian soldiers were killed":                          "killed 14 Norian soldiers",
		"14 dead, 3 wounded in Odra blast":                              "killed 14; wounded 3",
		"The blast left 3 dead and a dozen injured":                     "killed 3; wounded 12",
		"Raid on Odra: 14 deaths":                                       "killed 14",
		"The deaths of 14 miners":                                       "killed 14 miners",
		"The fire claimed the lives of six children":                    "killed 6 children",
		"A soldier was killed":                                          "killed 1 soldier",
		"Two men and a child died":                                      "killed 2 men; killed 1 child",
		"A mine exploded, killing one and wounding six others":          "killed 1; wounded 6 others",
		"Gunmen shot dead a judge":                                      "killed 1 judge",
		"Three farmers were gunned down":                                "killed 3 farmers",
		"The bodies of two women were found":                            "killed 2 women",
		"Norian commander Abu Tamm was killed":                          "killed 1 Norian commander Abu Tamm",
		"Soldier killed in Odra":                                        "killed 1 Soldier",
		"Strike kills Norian commander":                                 "killed 1 commander",
		"Guards beat a young man to death":                              "killed 1 young man",
		"More than a dozen people were wounded":                         "wounded 12+ people",
		"Dozens of villagers were killed":                               "killed 24+ villagers",
		"Between 10 and 15 rebels were killed":                          "killed 10-15 rebels",
		"The raid killed 10-15 rebels":                                  "killed 10-15 rebels",
		"No fewer than 20 people died":                                  "killed 20+ people",
		"Up to 20 people died":                                          "killed 0-20 people",
		"Another two civilians were wounded":                            "wounded 2 civilians",
		"A second strike killed three, bringing the toll to 43":         "killed 3; killed 43 total",
		"Death toll rises to 43":                                        "killed 43 total",
		"Some 1,200 people have been killed since May":                  "killed 1200 people total",
		"1.2 million people were displaced":                             "displaced 1200000 people",
		"Two hundred and fifty families fled their homes":               "displaced 250 families",
		"Twenty-five protesters were arrested":                          "captured 25 protesters",
		"Raiders abducted 12 schoolgirls":                               "captured 12 schoolgirls",
		"13 people were killed, including 4 children":                   "killed 13 people; killed 4 children",
		"13 people, including 4 children, were killed":                  "killed 13 people; killed 4 children",
		"Two officers are among the wounded":                            "wounded 2 officers",
		"Forty people were killed or wounded":                           "killed 0-40 people; wounded 0-40 people",
		"Shells killed and wounded 12 villagers":                        "killed 0-12 villagers; wounded 0-12 villagers",
		"5 killed and wounded in Odra":                                  "killed 0-5; wounded 0-5",
		"A man was kidnapped and killed":                                "captured 1 man; killed 1 man",
		"THREE SOLDIERS WERE KILLED AND SEVEN OTHERS WERE WOUNDED":      "killed 3 SOLDIERS; wounded 7 OTHERS",
		"5 IS fighters were killed":                                     "killed 5 IS fighters",
		"The army claimed to have killed four rebels":                   "killed 4 rebels",
		"A 14-year-old boy was killed":                                  "killed 1 14-year-old boy",
		"On 3 May 2020, two men of Battalion 46 were killed with M-16s": "killed 2 men of Battalion 46",

		"No one was killed": "",
		"The shelling caused no deaths, without casualties":          "",
		"There were no reports of civilians killed":                  "",
		"Odra denied that 14 soldiers were killed":                   "",
		"An attack could kill thousands of people":                   "",
		"The raid would have killed dozens of people":                "",
		"The militia threatened to kill 30 hostages":                 "",
		"The flood killed 40 cattle":                                 "",
		"Ships crossed the Dead Sea":                                 "",
		"Odra marked the anniversary of the raid that killed 30 men": "",
		"A raid in 2018 killed 30 people":                            "",
		"30 years ago 14 people were killed here":                    "",
		"More than 400,000 people were killed since the war began":   "",
		"Rebels captured 3 villages":                                 "",
		"Students protested over the killing of a teacher":           "",
	} {
		t.Run(text, func(t *testing.T) {
			if got := figuresOf(t, r, "en", text); got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		})
	}
}

func TestWhoSaysSoAndWhere(t *testing.T) {
	r := newTestReader(t)
	for text, want := range map[string][2]string{
		"14 soldiers were killed near Odra, the ministry said":         {"the ministry", "Odra"},
		"According to the Norian Observatory, shells killed 3 in Tamm": {"the Norian Observatory", "Tamm"},
		"Shells killed 3 in Tamm, according to two medics":             {"two medics", "Tamm"},
		"14 soldiers killed at Port Odra: ministry":                    {"ministry", "Port Odra"},
		"Shells killed three":                                          {"", ""},
		"He said that 14 soldiers had been killed":                     {"", ""},
		"It said four soldiers were killed near Odra":                  {"", "Odra"},
		"14 soldiers reported killed near Odra":                        {"", "Odra"},
	} {
		got := r.Read(&story.Item{Title: text, Lang: "en"})
		if len(got) == 0 || got[0].Source != want[0] || got[0].Place != want[1] {
			t.Errorf("%q: heard %+v, want source and place %q", text, got, want)
		}
		if len(got) > 0 && strings.HasPrefix(got[0].Target, "that") {
			t.Errorf("%q: the dead are called %q", text, got[0].Target)
		}
	}
}

func TestTollIsTheReportsOwnSum(t *testing.T) {
	r := newTestReader(t)
	for name, tt := range map[string]struct {
		title, body string
		want        story.Count
	}{
		"PartsAreAdded":        {"", "Two civilians and three soldiers were killed.", story.Count{Low: 5, High: 5}},
		"PartsOfAreNot":        {"", "13 people were killed, including 4 children.", story.Count{Low: 13, High: 13}},
		"SentencesAreAdded":    {"", "Two soldiers were killed in Odra. The army killed three rebels.", story.Count{Low: 5, High: 5}},
		"RepeatsAreNot":        {"", "Two soldiers were killed in Odra. The two soldiers were killed at noon.", story.Count{Low: 2, High: 2}},
		"TheManIsTheMan":       {"", "A man was shot dead. The man died at once.", story.Count{Low: 1, High: 1}},
		"TheVictims":           {"", "Raiders took three women. The victims were later executed.", story.Count{Low: 3, High: 3}},
		"OthersAreAdded":       {"", "A man died. Another man died in hospital.", story.Count{Low: 2, High: 2}},
		"AStatedSumStands":     {"", "A man was shot dead. Two women were found dead nearby. 2 fatalities.", story.Count{Low: 2, High: 2}},
		"TheTitleLeads":        {"Raid kills five in Odra", "Five people were killed. Last week 3 soldiers were killed.", story.Count{Low: 5, High: 5}},
		"TheTextIsMoreExact":   {"Dozens killed in Odra", "The raid killed 34 people.", story.Count{Low: 34, High: 34}},
		"ATollIfNothingElse":   {"", "The death toll rose to 43.", story.Count{Low: 43, High: 43, Total: true}},
		"TheWoundedAreNotDead": {"", "Five men were wounded.", story.Count{}},
	} {
		t.Run(name, func(t *testing.T) {
			it := &story.Item{Title: tt.title, Body: tt.body, Lang: "en"}
			if got := r.Toll(it, r.Read(it), story.Killed); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestLexiconSaysWhereItIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"[number]\none=1\n[numbr]\ntwo=2": "line 3",
		"one=1":                           "line 1",
		"[number]\none=first":             "line 2",
		"[number]\n=1":                    "line 2",
	} {
		if _, err := parseWords("xx", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error of %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"At least 14 soldiers were killed and 1.5 million displaced, 3 of them children: ministry",
		"مقتل ١٤ جنديا و20 آخرين", "In 2018, a hundred and-five-", "12 000 000 000 killed 99999999999999999", "killed\xff 3, 4 and 5 dead",
	} {
		f.Add(text, text, "")
	}
	r := newTestReader(f)
	f.Fuzz(func(t *testing.T, title, body, lang string) {
		it := &story.Item{Title: title, Body: body, Lang: lang}
		signals := r.Read(it)
		for _, s := range signals {
			text := map[story.Field]string{story.Title: title, story.Body: body}[s.Field]
			in := func(inner, outer story.Span) bool {
				return inner.Start >= outer.Start && inner.Start < inner.End && inner.End <= outer.End
			}
			if !in(s.Sentence, story.Span{End: len(text)}) || !in(s.Words, s.Sentence) {
				t.Fatalf("%+v lies outside %q", s, text)
			}
			if s.Count.Low < 0 || s.Count.Low > s.Count.High || s.Count.High > mostPeople {
				t.Fatalf("%+v of %q", s.Count, text)
			}
		}
		if sum := r.Toll(it, signals, story.Killed); sum.Low < 0 || sum.Low > sum.High {
			t.Fatalf("toll %+v of %q, %q", sum, title, body)
		}
	})
}

func TestLanguages(t *testing.T) {
	r := newTestReader(t)
	for text, want := range map[string]string{
		"Quatorze soldats turcs ont été tués et neuf autres blessés à Odra": "killed 14 soldats; wounded 9 autres",
		"Une frappe a tué au moins 12 civils, dont quatre enfants":          "killed 12+ civils; killed 4 enfants",
		"Le bilan de l'attaque passe à 43 morts":                            "killed 43 total",
		"La mort de 14 soldats":                                             "killed 14 soldats",
		"Aucun mort, selon l'armée":                                         "",
		"Des dizaines de personnes ont été tuées dans le village":           "killed 24+ personnes",
		"Les rebelles ont enlevé 12 enseignants":                            "captured 12 enseignants",
		"Odra'da 14 asker öldü, 9 asker yaralandı":                          "killed 14 asker; wounded 9 asker",
		"Saldırıda en az 12 sivil hayatını kaybetti":                        "killed 12+ sivil",
		"Patlamada 10'dan fazla kişi öldü":                                  "killed 10+ kişi",
		"Ölü sayısı 43'e yükseldi":                                          "killed 43 total",
		"İki polis şehit oldu":                                              "killed 2 polis",
		"Kimse ölmedi, bu saldırıda hiç kimse yaralanmadı":                  "",
		"В результате обстрела погибли 14 человек, ещё 20 ранены":           "killed 14 человек; wounded 20",
		"Погиб мирный житель, двое ранены":                                  "killed 1 житель; wounded 2",
		"14 военных были убиты под Одрой":                                   "killed 14 военных",
		"Число погибших выросло до 43":                                      "killed 43 total",
		"Никто не погиб":                                                    "",
		"Не менее 30 человек задержаны":                                     "captured 30+ человек",
		"Внаслідок обстрілу загинули 14 людей, ще 20 поранено":              "killed 14 людей; wounded 20",
		"Загинуло щонайменше троє цивільних":                                "killed 3+ цивільних",
		"Кількість загиблих зросла до 43":                                   "killed 43 total",
		"Ніхто не загинув":                                                  "",
		"مقتل 14 جنديا وإصابة 9 آخرين في قصف على أودرا":                     "killed 14 جنديا; wounded 9 آخرين",
		"قُتل ١٤ مدنياً في غارة":                                            "killed 14 مدنياً",
		"مقتل ما لا يقل عن ثلاثة أطفال":                                     "killed 3+ أطفال",
		"سقوط 14 قتيلا و20 جريحا":                                           "killed 14; wounded 20",
		"ارتفعت حصيلة القتلى إلى 43":                                        "killed 43 total",
		"لم يقتل أي جندي في الهجوم":                                         "",
		"نزوح 120 ألف شخص من القرى":                                         "displaced 120000 شخص",
	} {
		t.Run(text, func(t *testing.T) {
			if got := figuresOf(t, r, "", text); got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		})
	}
}
