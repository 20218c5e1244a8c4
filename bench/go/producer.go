package main

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

const (
	initVersion  = 5
	txnTimeoutMs = 60_000
)

// producer numbers its batches; one without an id is a plain one.
type producer struct {
	id       int64
	epoch    int16
	sequence int32
}

var plainProducer = producer{-1, -1, -1}

// newProducer asks for an id of its own, or for that of a transactional id, which ends what is open there.
func newProducer(w *wire, transactionalID *string) (producer, error) {
	req := kmsg.NewPtrInitProducerIDRequest()
	req.Version, req.TransactionalID, req.TransactionTimeoutMillis = initVersion, transactionalID, txnTimeoutMs
	var given producer
	err := patiently(func() error {
		answer, err := w.ask(req)
		if err != nil {
			return err
		}
		resp := answer.(*kmsg.InitProducerIDResponse)
		given = producer{id: resp.ProducerID, epoch: resp.ProducerEpoch}
		return kerr.ErrorForCode(resp.ErrorCode)
	})
	return given, err
}

// stamp gives the batch its producer and its number.
func (p producer) stamp(batch []byte) {
	binary.BigEndian.PutUint64(batch[43:], uint64(p.id))
	binary.BigEndian.PutUint16(batch[51:], uint16(p.epoch))
	binary.BigEndian.PutUint32(batch[53:], uint32(p.sequence))
	binary.BigEndian.PutUint32(batch[17:], crc32.Checksum(batch[21:], castagnoli))
}
