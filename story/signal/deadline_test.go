package signal

import (
	"testing"
	"time"

	"vedette/story"
)

func TestADeadlineIsOfTheReportsOwnTime(t *testing.T) {
	r := reader(t)
	for words, want := range map[string]string{
		"until the end of the month":      "2020-02-29T23:59:59Z",
		"until the end of next month":     "2020-03-31T23:59:59Z",
		"until the end of February":       "2020-02-29T23:59:59Z",
		"by the end of the week":          "2020-02-16T23:59:59Z",
		"before the end of the year":      "2020-12-31T23:59:59Z",
		"within 48 hours":                 "2020-02-15T12:00:00Z",
		"within two weeks":                "2020-02-27T12:00:00Z",
		"within a month":                  "2020-03-13T12:00:00Z",
		"in the next three days":          "2020-02-16T12:00:00Z",
		"by Friday":                       "2020-02-14T23:59:59Z",
		"by Thursday":                     "2020-02-13T23:59:59Z",
		"by next Thursday":                "2020-02-20T23:59:59Z",
		"by noon on Saturday":             "2020-02-15T12:00:00Z",
		"by 29 February":                  "2020-02-29T23:59:59Z",
		"by Feb. 29":                      "2020-02-29T23:59:59Z",
		"by February 29th, 2020":          "2020-02-29T23:59:59Z",
		"before 5 January":                "2021-01-05T23:59:59Z",
		"by January 5, 2022":              "2022-01-05T23:59:59Z",
		"by mid-March":                    "2020-03-15T23:59:59Z",
		"before March":                    "2020-02-29T23:59:59Z",
		"by midnight":                     "2020-02-13T23:59:59Z",
		"by midnight on Friday":           "2020-02-14T23:59:59Z",
		"before noon":                     "2020-02-14T12:00:00Z",
		"by 6 pm":                         "2020-02-13T18:00:00Z",
		"by 6pm on Friday":                "2020-02-14T18:00:00Z",
		"by 18:30 on Friday":              "2020-02-14T18:30:00Z",
		"until 1500 GMT":                  "2020-02-13T15:00:00Z",
		"until tomorrow":                  "2020-02-14T23:59:59Z",
		"by tonight":                      "2020-02-13T23:59:59Z",
		"before they march on the city":   "",
		"until the council may meet":      "",
		"before the second of his sons":   "",
		"within range of the guns":        "",
		"until further notice, he said":   "",
		"by night, and in the second row": "",
	} {
		got := ""
		for _, s := range claimed(r, "en", "Norland demands that rebels withdraw from the port "+words+".") {
			if s.Kind == story.Ultimatum {
				got = s.Deadline.Format(time.RFC3339)
			}
		}
		if got != want {
			t.Errorf("a demand to withdraw %s ends at %q, want %q", words, got, want)
		}
	}
}

func TestAnUltimatumNamesItsDeadline(t *testing.T) {
	r := reader(t)
	for _, tt := range []struct{ lang, text, want string }{
		{"en", "Orlov gave Sudmark until the end of the month to pull back.", "2020-02-29T23:59:59Z"},
		{"en", "Norland gave the militia 48 hours to leave the town.", "2020-02-15T12:00:00Z"},
		{"en", "Norland presented a 72-hour ultimatum to its neighbour.", "2020-02-16T12:00:00Z"},
		{"en", "The rebels issued an ultimatum to the government.", "0001-01-01T00:00:00Z"},
		{"fr", "Le président a donné au régime jusqu’au 29 février.", "2020-02-29T23:59:59Z"},
		{"fr", "Le régime doit retirer ses forces avant la fin du mois.", "2020-02-29T23:59:59Z"},
		{"ru", "Президент потребовал вывести войска до конца месяца.", "2020-02-29T23:59:59Z"},
		{"ru", "Президент потребовал отвести войска в течение 48 часов.", "2020-02-15T12:00:00Z"},
		{"uk", "Президент вимагає вивести війська до кінця лютого.", "2020-02-29T23:59:59Z"},
		{"tr", "Rejim güçleri ay sonuna kadar çekilmeli.", "2020-02-29T23:59:59Z"},
		{"tr", "Rejim güçleri 48 saat içinde çekilmeli.", "2020-02-15T12:00:00Z"},
		{"ar", "أمهل الرئيس المتمردين حتى نهاية الشهر.", "2020-02-29T23:59:59Z"},
		{"ar", "أمهل الرئيس المتمردين حتى 29 فبراير.", "2020-02-29T23:59:59Z"},
	} {
		var got []string
		for _, s := range claimed(r, tt.lang, tt.text) {
			if s.Kind == story.Ultimatum {
				got = append(got, s.Deadline.Format(time.RFC3339))
			}
		}
		if len(got) != 1 || got[0] != tt.want {
			t.Errorf("%q ends at %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestWithoutItsTimeAReportSetsNone(t *testing.T) {
	it := story.Item{Title: "Norland gives the militia 48 hours to leave the town"}
	for _, s := range reader(t).Read(&it) {
		if !s.Deadline.IsZero() {
			t.Errorf("deadline %v, want none", s.Deadline)
		}
	}
}
