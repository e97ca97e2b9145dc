// Package config turns what people wrote into values: the process settings
// from the environment, and the desk file with its feeds, aliases, watches
// and rooms.
//
// What comes in are bytes and a map of variables; what goes out are checked
// values, or every fault at once, each with its place and what was wanted.
// Nothing here reads a file, the environment or the network, and no fault,
// note or message ever holds a secret.
package config

//go:generate go test . -run TestGenerated -update
