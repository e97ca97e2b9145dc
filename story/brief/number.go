package brief

import "slices"

// numberWord returns the value of an English word for a number.
func numberWord(w string) (value float64, ok bool) {
	if n := slices.Index(smallNumbers(), w); n >= 0 {
		return float64(n), true
	}
	if n := slices.Index([]string{"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}, w); n >= 0 {
		return float64(10*n + 20), true
	}
	switch w {
	case "dozen", "dozens":
		return 12, true
	case "score", "scores":
		return 20, true
	case "hundred", "hundreds":
		return 100, true
	case "thousand", "thousands":
		return 1e3, true
	case "million", "millions":
		return 1e6, true
	case "billion", "billions":
		return 1e9, true
	}
	return 0, false
}

func smallNumbers() []string {
	return []string{
		"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
		"thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
	}
}
