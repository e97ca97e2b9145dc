package store_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

// BenchmarkPoll saves polls of one item each, on both databases, and by three
// replicas at once.
func BenchmarkPoll(b *testing.B) {
	server := pgtest.Start(b)
	open := func(b *testing.B, name string) *store.Store {
		b.Helper()
		s, err := store.Open(b.Context(), name, quiet)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	}
	save := func(b *testing.B, s *store.Store, feed, n int) {
		b.Helper()
		for i := range n {
			name := story.FeedName(fmt.Sprint("wire", feed))
			it := story.Item{Keys: []string{fmt.Sprint("g:", i)}, Title: "Idlib shelled", Summary: "Three were wounded in the north of the town.", FirstSeen: storetest.Noon(), Effective: storetest.Noon()}
			if _, err := s.SavePoll(b.Context(), story.Poll{State: story.FeedState{Feed: name}, Items: []story.Item{it}, At: storetest.Noon()}); err != nil {
				b.Error(err)
			}
		}
	}
	b.Run("SQLite", func(b *testing.B) {
		s := open(b, filepath.Join(b.TempDir(), "v.db"))
		b.ResetTimer()
		save(b, s, 0, b.N)
	})
	b.Run("Postgres", func(b *testing.B) {
		s := open(b, server.Database(b))
		b.ResetTimer()
		save(b, s, 0, b.N)
	})
	b.Run("ThreeReplicas", func(b *testing.B) {
		address := server.Database(b)
		replicas := []*store.Store{open(b, address), open(b, address), open(b, address)}
		b.ResetTimer()
		var wg sync.WaitGroup
		for i, s := range replicas {
			wg.Go(func() { save(b, s, i, (b.N+i)/len(replicas)) })
		}
		wg.Wait()
	})
}
