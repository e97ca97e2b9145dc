// Package words holds the fixed words of rooms and answers, in the languages
// that there are.
//
// A [Text] is English and stands where it is said: a constant in the code,
// with verbs for what is not fixed. [Words] say it in the language of a room.
// The zero Words are English, which needs no catalogue; the others are read
// from languages/*.json, a file for each, which a translator edits.
//
// What a stranger wrote is a value of a text and never a text: the compiler
// keeps them apart. The package knows no room, no story and no platform.
package words
