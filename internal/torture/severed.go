package main

import (
	"context"
	"errors"
	"time"
)

// severed cuts connections of the replicas to their Postgres server, in the
// middle of whatever is under way on them, several times a second and for so
// long. News comes in all the while.
func (s *site) severed(ctx context.Context, n int, lasting time.Duration, f *figures) (*ledger, error) {
	pg, err := serve(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer pg.close()
	s.address = pg.address()
	lives, err := s.replicate(ctx, n)
	defer s.killAll(lives)
	if err != nil {
		return nil, err
	}
	if err := s.seeded(ctx); err != nil {
		return nil, err
	}
	for end := time.Now().Add(lasting); time.Now().Before(end) && ctx.Err() == nil; {
		s.news(ctx, s.between(50*time.Millisecond, 400*time.Millisecond))
		cut, err := pg.all[0].sever(ctx)
		if err != nil {
			return nil, err
		}
		f.severed += cut
		if s.open() > 0 && cut > 0 {
			s.seen.note("connections were cut while something was owed")
		}
		for _, s.life = range lives {
			if s.life.dead() {
				return nil, s.ended()
			}
		}
	}
	return s.finishAll(ctx, lives)
}

// sever ends some of the connections that vedette has to s, and returns how
// many. A server that ends one in a commit does not say how that ended.
func (s *server) sever(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `
		SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid() AND random() < 0.5) AS ended`, database).Scan(&n)
	return n, errors.Join(err, ctx.Err())
}
