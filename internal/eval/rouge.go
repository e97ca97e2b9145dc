package main

import (
	"slices"
	"strings"
	"unicode"
)

// rouge is how much two texts share: of their words, of their pairs of
// neighbouring words, and of their longest common run of words with gaps.
// Each is the harmonic mean of what is right of the one and found of the
// other.
type rouge struct{ One, Two, L float64 }

// rougeOf compares words with the words of a reference.
func rougeOf(words, reference []string) rouge {
	return rouge{
		One: f1(sharedRuns(words, reference, 1), len(words), len(reference)),
		Two: f1(sharedRuns(words, reference, 2), len(words)-1, len(reference)-1),
		L:   f1(commonSubsequence(words, reference), len(words), len(reference)),
	}
}

func f1(shared, mine, theirs int) float64 {
	if shared == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(mine+theirs)
}

// sharedRuns counts the runs of n words that stand in both, each as often as
// in the one that has it seldomer.
func sharedRuns(a, b []string, n int) (shared int) {
	left := make(map[string]int)
	for i := range len(b) - n + 1 {
		left[strings.Join(b[i:i+n], " ")]++
	}
	for i := range len(a) - n + 1 {
		if run := strings.Join(a[i:i+n], " "); left[run] > 0 {
			left[run]--
			shared++
		}
	}
	return shared
}

// commonSubsequence returns the length of the longest common subsequence.
func commonSubsequence(a, b []string) int {
	row := make([]int, len(b)+1)
	for _, w := range a {
		diagonal := 0
		for j, v := range b {
			above := row[j+1]
			if w == v {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return slices.Max(row)
}

// rougeWords returns the words of text that ROUGE compares: runs of letters
// and digits in lower case.
func rougeWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
