// Load for the benchmarks: full batches, fetches by partition and single-record requests, at full speed or at a fixed
// rate; members of groups, commits of offsets, transactions. Batches are built once and requests are sent as they are, so
// that the load costs little beside the broker.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

var commands = map[string]func(context.Context, []string) (any, error){
	"topic":   createTopic,
	"produce": produce,
	"consume": consume,
	"single":  single,
	"durable": durable,
	"client":  client,
	// Topics to be compacted.
	"keyed":     keyed,
	"configure": configure,
	// Groups and their offsets.
	"commit":    commit,
	"join":      join,
	"heartbeat": heartbeat,
	"fill":      fill,
	"loaded":    loaded,
	// Transactional producers.
	"transactions": transactions,
	// Idempotent ones.
	"numbered":  numbered,
	"producers": producers,
	"resume":    resume,
	// Share groups.
	"share":   share,
	"deliver": deliver,
	"hold":    hold,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: load COMMAND -bootstrap HOST:PORT -topic NAME ...")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	result, err := commands[os.Args[1]](ctx, os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(result)
}
