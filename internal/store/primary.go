package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A primacy is what this process knows of which server is the primary. Of two
// that take writes it is the one that was promoted last: each promotion begins a
// timeline with a higher number. A primary that was down while its stand-by took
// its place, and is started again, knows nothing of that, and what it is told is
// lost.
type primacy struct {
	servers []*pgx.ConnConfig // one each; none if there is but one
	within  time.Duration     // that they have to answer, all at once
	log     *slog.Logger

	asking sync.Mutex // held while the servers are asked
	asked  time.Time  // when that last began

	mu     sync.Mutex       // guards what follows
	newest map[string]int64 // the highest timeline that was seen of a cluster, by its number
	told   map[string]bool  // what the log has said of old primaries
	first  *pgx.ConnConfig  // the server that was the primary when they were asked last; nil: none is known
}

// connectAnew is how long a connection is used where there are several servers:
// one may be promoted and no connection end.
const connectAnew = time.Minute

// newPrimacy returns what is known before any server was asked.
func newPrimacy(config *pgx.ConnConfig, log *slog.Logger) *primacy {
	// It may be waited for twice, and the connection at whose making they are
	// asked has a limit.
	p := &primacy{newest: make(map[string]int64), told: make(map[string]bool), log: log, within: min(time.Second, config.ConnectTimeout/4)}
	known := make(map[string]*pgx.ConnConfig)
	for _, at := range addresses(config) {
		name := fmt.Sprintf("%s %d", at.Host, at.Port)
		if one := known[name]; one != nil { // with TLS and without
			one.Fallbacks = append(one.Fallbacks, at)
			continue
		}
		one := config.Copy()
		one.Host, one.Port, one.TLSConfig, one.Fallbacks = at.Host, at.Port, at.TLSConfig, nil
		one.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
		known[name] = one
		p.servers = append(p.servers, one)
	}
	if len(p.servers) == 1 {
		p.servers = nil
	}
	return p
}

// addresses returns what a connection is tried with, in its order.
func addresses(config *pgx.ConnConfig) []*pgconn.FallbackConfig {
	return append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
}

// Where a connection keeps what its server said.
const (
	ofCluster  = "vedette cluster"
	ofTimeline = "vedette timeline"
)

// accept returns a check that refuses what may refuses, and a server of which
// it is known that another was promoted since.
func (p *primacy) accept(may pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, conn *pgconn.PgConn) error {
		if err := may(ctx, conn); err != nil {
			return err
		}
		p.look(ctx, conn)
		p.askAll(ctx)
		return p.behind(conn)
	}
}

// look takes in what the server says of itself. One that may not say it is as
// good as any.
func (p *primacy) look(ctx context.Context, conn *pgconn.PgConn) {
	read, err := conn.Exec(ctx, `SELECT system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8) FROM pg_control_system()`).ReadAll()
	if err != nil || len(read) != 1 || len(read[0].Rows) != 1 {
		return
	}
	row := read[0].Rows[0]
	cluster := string(row[0])
	timeline, err := strconv.ParseInt(string(row[1]), 16, 64)
	if err != nil {
		return
	}
	conn.CustomData()[ofCluster], conn.CustomData()[ofTimeline] = cluster, timeline
	p.mu.Lock()
	defer p.mu.Unlock()
	p.newest[cluster] = max(p.newest[cluster], timeline)
}

// behind returns an error if another server was promoted since the one of the
// connection was.
func (p *primacy) behind(conn *pgconn.PgConn) error {
	cluster, _ := conn.CustomData()[ofCluster].(string)
	timeline, _ := conn.CustomData()[ofTimeline].(int64)
	p.mu.Lock()
	defer p.mu.Unlock()
	if newest := p.newest[cluster]; timeline < newest {
		return fmt.Errorf("this is an old primary, on timeline %d; a server on timeline %d has taken its place: stop the old one, or make it a stand-by", timeline, newest)
	}
	return nil
}

// begin has a connection be tried with the server first that was the primary
// when all were asked last: another, whose machine is gone, may say nothing for
// longer than there is time.
func (p *primacy) begin(_ context.Context, config *pgx.ConnConfig) error {
	p.mu.Lock()
	first := p.first
	p.mu.Unlock()
	if first == nil {
		return nil
	}
	var ours, others []*pgconn.FallbackConfig
	for _, at := range addresses(config) {
		if at.Host == first.Host && at.Port == first.Port {
			ours = append(ours, at)
		} else {
			others = append(others, at)
		}
	}
	all := slices.Concat(ours, others)
	config.Host, config.Port, config.TLSConfig, config.Fallbacks = all[0].Host, all[0].Port, all[0].TLSConfig, all[1:]
	return nil
}

// askAll asks all servers, unless somebody else has begun to since it was called.
// One that does not answer at once is not waited for. It goes on when whoever
// called it has given up: others count on what it finds.
func (p *primacy) askAll(ctx context.Context) {
	called := time.Now()
	p.asking.Lock()
	defer p.asking.Unlock()
	if len(p.servers) == 0 || p.asked.After(called) {
		return
	}
	p.asked = time.Now()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.within)
	defer cancel()
	asked := make([]*pgconn.PgConn, len(p.servers))
	var all sync.WaitGroup
	for i, server := range p.servers {
		all.Go(func() {
			conn, err := pgconn.ConnectConfig(ctx, &server.Config)
			if err != nil {
				return // it is down, or a stand-by
			}
			p.look(ctx, conn)
			_ = conn.Close(ctx) // it was asked once
			asked[i] = conn
		})
	}
	all.Wait()
	var first *pgx.ConnConfig
	for i, conn := range asked {
		if conn == nil {
			continue
		}
		if behind := p.behind(conn); behind != nil {
			p.tell(ctx, p.servers[i], behind)
		} else if first == nil {
			first = p.servers[i]
		}
	}
	if first != nil {
		p.mu.Lock()
		p.first = first
		p.mu.Unlock()
	}
}

// tell has the log say, once, that a server is an old primary: where another
// one is used instead, nobody would hear of it.
func (p *primacy) tell(ctx context.Context, server *pgx.ConnConfig, behind error) {
	at := net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port)))
	p.mu.Lock()
	told := p.told[at+" "+behind.Error()]
	p.told[at+" "+behind.Error()] = true
	p.mu.Unlock()
	if !told {
		p.log.LogAttrs(ctx, slog.LevelError, "a server is left alone that takes writes", slog.String("server", at), slog.Any("error", behind))
	}
}

// stay has a connection to an old primary not used again.
func (p *primacy) stay(_ context.Context, conn *pgx.Conn) error {
	if p.behind(conn.PgConn()) != nil {
		return driver.ErrBadConn
	}
	return nil
}
