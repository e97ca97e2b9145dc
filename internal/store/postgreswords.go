package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"vedette/story"
)

// What a tsvector has room for. Of a longer text the words are found, and not
// in what order they stand.
const (
	mostPlaces = 16_383
	mostOfOne  = 256     // places of one word
	longest    = 2_046   // bytes of a word
	mostBytes  = 900_000 // of all words with their places, by a generous count
)

func (*postgres) index(ctx context.Context, tx *sql.Tx, item int64, title, rest string) error {
	said, whole := lexemes(title, rest)
	_, err := tx.ExecContext(ctx, `
		INSERT INTO words (rowid, said, whole) VALUES (?, CAST(CAST(? AS TEXT) AS TSVECTOR), ?)
		ON CONFLICT (rowid) DO UPDATE SET said = excluded.said, whole = excluded.whole`, item, said, whole)
	return err
}

// lexemes returns the words of the texts as a tsvector is written, and reports
// whether the places of all are in it. No phrase spans two texts.
func lexemes(texts ...string) (said string, whole bool) {
	places, whole := make(map[string][]string), true
	at, size := 0, 0
	for _, text := range texts {
		for word := range strings.FieldsSeq(text) {
			at++
			if word = lexeme(word); word == "" {
				continue
			}
			of, known := places[word]
			if !known {
				size += len(word) + 16
			}
			if size > mostBytes {
				return write(places), false
			}
			if at > mostPlaces || len(of) >= mostOfOne {
				places[word], whole = of, false
				continue
			}
			size += 2
			places[word] = append(of, strconv.Itoa(at))
		}
		at++
	}
	return write(places), whole
}

func write(places map[string][]string) string {
	var b strings.Builder
	for word, of := range places {
		b.WriteString(quoted(word))
		if len(of) > 0 {
			b.WriteString(":" + strings.Join(of, ","))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// lexeme returns word as far as it is searched for.
func lexeme(word string) string {
	word = strings.ToValidUTF8(strings.ReplaceAll(word, "\x00", ""), "")
	if len(word) > longest {
		word = strings.ToValidUTF8(word[:longest], "")
	}
	return word
}

// quoted returns a word as tsvector and tsquery take it: nothing in it is an
// operator.
func quoted(word string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`).Replace(word) + "'"
}

// matching has the index find the words, and then their order looked at where
// it is known.
func (*postgres) matching(groups [][]story.Phrase) (condition string, args []any) {
	anyOrder, inOrder := query(groups, " & "), query(groups, " <-> ")
	if anyOrder == "" {
		return `FALSE`, nil
	}
	return `w.said @@ CAST(CAST(?3 AS TEXT) AS TSQUERY) AND (NOT w.whole OR w.said @@ CAST(CAST(?4 AS TEXT) AS TSQUERY))`, []any{anyOrder, inOrder}
}

// query returns groups as a tsquery is written, with the words of a phrase
// joined by next; "" if one of them can be met by nothing.
func query(groups [][]story.Phrase, next string) string {
	all := make([]string, 0, len(groups))
	for _, group := range groups {
		var one []string
		for _, p := range group {
			var words []string
			for word := range strings.FieldsSeq(strings.Join(p.Words, " ")) {
				if word = lexeme(word); word != "" {
					words = append(words, quoted(word))
				}
			}
			if len(words) == 0 {
				continue
			}
			if p.Prefix {
				words[len(words)-1] += ":*"
			}
			one = append(one, "("+strings.Join(words, next)+")")
		}
		if len(one) == 0 {
			return ""
		}
		all = append(all, "("+strings.Join(one, " | ")+")")
	}
	return strings.Join(all, " & ")
}
