package parse

import (
	"strconv"
	"strings"
)

// offset reads "+03", "+0300", "+3:30" as seconds east of Greenwich.
func offset(s string) (seconds int, ok bool) {
	sign := 1
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	digits := strings.TrimLeft(s, "+-")
	hours, minutes, split := strings.Cut(digits, ":")
	if !split && len(digits) > 2 {
		hours, minutes = digits[:len(digits)-2], digits[len(digits)-2:]
	}
	h, err := strconv.Atoi(hours)
	m := 0
	if err == nil && minutes != "" {
		m, err = strconv.Atoi(minutes)
	}
	if err != nil || h < 0 || h > 14 || m < 0 || m > 59 {
		return 0, false
	}
	return sign * (h*3600 + m*60), true
}

// zone returns what an abbreviation stands for, in seconds east of Greenwich.
// Where two zones share one, the nearer to the Middle East is meant: a time
// that comes out too early is held in bounds, one too late is not believed.
func zone(name string, israel bool) (seconds int, ok bool) {
	for _, prefix := range []string{"GMT", "UTC"} {
		if rest, found := strings.CutPrefix(name, prefix); found && rest != "" {
			return offset(rest)
		}
	}
	if name == "IST" && israel {
		return 2 * 3600, true
	}
	hours, ok := zoneHours(name)
	return int(hours * 3600), ok
}

// zoneHours returns how far east of Greenwich a zone's clocks are. A name that
// several zones share is read as news feeds use it.
func zoneHours(name string) (hours float64, ok bool) {
	for _, row := range zoneNames() {
		for other := range strings.FieldsSeq(row.names) {
			if name == other {
				return row.hours, true
			}
		}
	}
	return 0, false
}

// zoneRow is a number of hours and the names of the zones that keep it.
type zoneRow struct {
	hours float64
	names string
}

func zoneNames() []zoneRow {
	return []zoneRow{
		{0, "Z GMT UTC UT WET"},
		{1, "CET MEZ WAT BST WEST"},
		{2, "CEST MESZ EET CAT SAST"},
		{3, "EEST MSK TRT AST IDT EAT FET"},
		{3.5, "IRST"},
		{4, "GST AZT GET AMT SAMT MSD"},
		{4.5, "AFT IRDT"},
		{5, "PKT UZT TJT TMT YEKT"},
		{5.5, "IST"},
		{5.75, "NPT"},
		{6, "BDT BTT ALMT OMST"},
		{6.5, "MMT"},
		{7, "ICT WIB KRAT"},
		{8, "SGT HKT PHT AWST WITA IRKT MYT"},
		{9, "JST KST YAKT"},
		{9.5, "ACST"},
		{10, "AEST VLAT"},
		{11, "AEDT"},
		{12, "NZST"},
		{13, "NZDT"},
		{-3, "BRT ART ADT"},
		{-4, "EDT"},
		{-5, "EST CDT"},
		{-6, "CST MDT"},
		{-7, "MST PDT"},
		{-8, "PST AKDT"},
		{-9, "AKST"},
		{-10, "HST"},
	}
}

// monthOf returns the number of the month that word names in English,
// Russian, Ukrainian, Turkish, Arabic, French, German or Spanish, or 0.
func monthOf(word string) int {
	word = strings.ReplaceAll(word, "i\u0307", "i") // Turkish, put in lower case
	for i, stems := range monthStems() {
		for stem := range strings.FieldsSeq(stems) {
			if strings.HasPrefix(word, stem) {
				return i + 1
			}
		}
	}
	return 0
}

// monthStems lists how the months begin. None begins as a day's name does in
// the same language.
func monthStems() [12]string {
	return [12]string{
		"jan янв січ oca يناير janv ene",
		"feb фев лют şub sub فبراير شباط fév fev",
		"mar мар бер مارس آذار mär",
		"apr апр кві nis أبريل ابريل إبريل نيسان avr abr",
		"may мая май тра مايو أيار mai",
		"jun июн чер haz يونيو حزيران juin",
		"jul июл лип tem يوليو تموز juil",
		"aug авг сер ağu agu أغسطس اغسطس آب aoû aou ago",
		"sep сен вер eyl سبتمبر أيلول",
		"oct окт жов eki أكتوبر اكتوبر okt",
		"nov ноя лис kas نوفمبر",
		"dec дек гру ara ديسمبر déc dez dic",
	}
}
