// Package guess finds the word that was meant by one that is none.
//
// A word and those that are known come in, and the nearest goes out, or none.
// It never changes what a person typed: it is what an error proposes.
package guess

import (
	"strings"
	"unicode/utf8"
)

// Meant returns the known word that word may be meant to be, or "": at most a
// third of its letters, or two of a short one, are wrong. Capitals do not
// count.
func Meant(word string, known []string) string {
	best, least := "", min(utf8.RuneCountInString(word)/2, max(2, utf8.RuneCountInString(word)/3))+1
	for _, k := range known {
		if d := distance([]rune(strings.ToLower(word)), []rune(strings.ToLower(k))); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to add, drop, change or swap with their
// neighbour to get from a to b.
func distance(a, b []rune) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
