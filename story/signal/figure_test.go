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
