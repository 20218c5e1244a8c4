package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

const apiVersions = 18

// wire is one connection that sends a request and waits for its answer: what a member of a group needs, at a fraction
// of a client's cost. Ten thousand of them fit into one process.
type wire struct {
	conn      net.Conn
	reader    *bufio.Reader
	formatter *kmsg.RequestFormatter
	buffer    []byte
	answer    []byte
	id        int32
}

func dial(bootstrap string) (*wire, error) {
	conn, err := net.Dial("tcp", bootstrap)
	if err != nil {
		return nil, err
	}
	return &wire{
		conn:      conn,
		reader:    bufio.NewReaderSize(conn, 1024),
		formatter: kmsg.NewRequestFormatter(kmsg.FormatterClientID("bench")),
	}, nil
}

// ask sends the request in its own version (see SetVersion) and decodes the answer.
func (w *wire) ask(req kmsg.Request) (kmsg.Response, error) {
	w.id++
	w.buffer = w.formatter.AppendRequest(w.buffer[:0], req, w.id)
	if _, err := w.conn.Write(w.buffer); err != nil {
		return nil, err
	}
	var size [4]byte
	if _, err := io.ReadFull(w.reader, size[:]); err != nil {
		return nil, err
	}
	if length := int(binary.BigEndian.Uint32(size[:])); cap(w.answer) < length {
		w.answer = make([]byte, length)
	} else {
		w.answer = w.answer[:length]
	}
	if _, err := io.ReadFull(w.reader, w.answer); err != nil {
		return nil, err
	}
	if id := int32(binary.BigEndian.Uint32(w.answer)); id != w.id {
		return nil, fmt.Errorf("answer %d to request %d", id, w.id)
	}
	body := w.answer[4:]
	resp := req.ResponseKind()
	resp.SetVersion(req.GetVersion())
	if resp.IsFlexible() && req.Key() != apiVersions {
		// No broker sends tagged fields in a header.
		body = body[1:]
	}
	return resp, resp.ReadFrom(body)
}

func (w *wire) close() {
	w.conn.Close()
}

func dialAll(bootstrap string, count int) ([]*wire, error) {
	wires := make([]*wire, count)
	for i := range wires {
		w, err := dial(bootstrap)
		if err != nil {
			return nil, err
		}
		wires[i] = w
	}
	return wires, nil
}

// pressed is what came of connections that did one thing after the other for a while.
type pressed struct {
	took    []time.Duration
	seconds float64
	// Of the broker.
	cpuSeconds float64
}

// press has each connection do one step after the other, for so long; steps are counted from 0.
func press(wires []*wire, seconds float64, pid int, step func(c int, w *wire, n int) error) (*pressed, error) {
	took := make([][]time.Duration, len(wires))
	start, cpu := time.Now(), cpuSeconds(pid)
	end := start.Add(time.Duration(seconds * float64(time.Second)))
	err := onEach(wires, func(c int, w *wire) (err error) {
		for n := 0; err == nil && time.Now().Before(end); n++ {
			sent := time.Now()
			err = step(c, w, n)
			took[c] = append(took[c], time.Since(sent))
		}
		return err
	})
	elapsed, used := time.Since(start), cpuSeconds(pid)-cpu
	if err != nil {
		return nil, err
	}
	return &pressed{slices.Concat(took...), elapsed.Seconds(), used}, nil
}

// onEach uses all connections at once, and ends when all have.
func onEach(wires []*wire, use func(i int, w *wire) error) error {
	errs := make([]error, len(wires))
	var running sync.WaitGroup
	for i, w := range wires {
		running.Go(func() { errs[i] = use(i, w) })
	}
	running.Wait()
	return errors.Join(errs...)
}
