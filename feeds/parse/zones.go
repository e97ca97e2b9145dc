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

func zoneHours(name string) (hours float64, ok bool) {
	switch name {
	case "Z", "GMT", "UTC", "UT", "WET":
		return 0, true
	case "CET", "MEZ", "WAT", "BST", "WEST":
		return 1, true
	case "CEST", "MESZ", "EET", "CAT", "SAST":
		return 2, true
	case "EEST", "MSK", "TRT", "AST", "IDT", "EAT", "FET":
		return 3, true
	case "IRST":
		return 3.5, true
	case "GST", "AZT", "GET", "AMT", "SAMT", "MSD":
		return 4, true
	case "AFT", "IRDT":
		return 4.5, true
	case "PKT", "UZT", "TJT", "TMT", "YEKT":
		return 5, true
	case "IST":
		return 5.5, true
	case "NPT":
		return 5.75, true
	case "BDT", "BTT", "ALMT", "OMST":
		return 6, true
	case "MMT":
		return 6.5, true
	case "ICT", "WIB", "KRAT":
		return 7, true
	case "SGT", "HKT", "PHT", "AWST", "WITA", "IRKT", "MYT":
		return 8, true
	case "JST", "KST", "YAKT":
		return 9, true
	case "ACST":
		return 9.5, true
	case "AEST", "VLAT":
		return 10, true
	case "AEDT":
		return 11, true
	case "NZST":
		return 12, true
	case "NZDT":
		return 13, true
	case "BRT", "ART", "ADT":
		return -3, true
	case "EDT":
		return -4, true
	case "EST", "CDT":
		return -5, true
	case "CST", "MDT":
		return -6, true
	case "MST", "PDT":
		return -7, true
	case "PST", "AKDT":
		return -8, true
	case "AKST":
		return -9, true
	case "HST":
		return -10, true
	}
	return 0, false
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
