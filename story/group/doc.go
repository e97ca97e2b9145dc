// Package group finds the story that a report belongs to.
//
// Reports go in, in any order of arrival; what comes out for each is the story
// that it joins or that it opens one, with the reason in plain words. What a
// report costs does not grow with the number of open stories.
//
// Nothing here does input or output or reads the clock.
package group
