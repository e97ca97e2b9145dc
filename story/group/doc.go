// Package group finds the story that a report belongs to.
//
// Reports go in, in any order of arrival; what comes out for each is the story
// that it joins or that it opens one, with the reason in plain words. Later
// reports may show that a story is two, or that two are one; then a [Move] is
// proposed, and whoever keeps the stories decides. What a report costs does not
// grow with the number of open stories: words lead to the reports that share
// them, the rarest first, and only the nearest are looked at.
//
// How it judges: a report is the words of its title and first lines, names
// heavier and numbers lighter, each by how few of the open stories tell it. Two
// reports are as like as their words point the same way, those less that all
// reports around have; more if they are short, less if they share no rare word,
// less if they name other places, less the more hours lie between them, and not
// at all if their titles name other days. A story is as near as its
// reports are on average, and a little as the likest is. A story is parted or
// merged only where that is clearly better, and no report moves twice.
// Between scripts only names, spelled by their consonants, and numbers count.
//
// All state is inside the value. Nothing here does input or output, reads the
// clock or draws random numbers; the same reports in the same order give the
// same answers. A Grouper must not be used by two at once.
package group
