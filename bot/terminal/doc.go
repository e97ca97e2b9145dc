// Package terminal is a room in which messages are printed for a person who
// watches, and cannot be changed once they stand there.
//
// Messages come in, lines go out: a root message as a block with a number, a
// reply as an indented block under that number, an edit as one line that
// says what is different. Control characters never reach the terminal, and
// nothing is read from it.
package terminal
