package main

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// buildBatch makes one uncompressed batch of as many records of size bytes as fit into batchBytes (at least one).
func buildBatch(size, batchBytes int) (batch []byte, records int) {
	random := rand.New(rand.NewSource(1))
	value := make([]byte, size)
	for i := range value {
		value[i] = byte('a' + random.Intn(26))
	}
	var body []byte
	for records == 0 || 61+len(body)+size+12 <= batchBytes {
		record := kmsg.NewRecord()
		record.OffsetDelta = int32(records)
		record.Value = value
		record.Length = int32(len(record.AppendTo(nil)) - 1)
		body = record.AppendTo(body)
		records++
	}
	now := time.Now().UnixMilli()
	b := kmsg.NewRecordBatch()
	b.PartitionLeaderEpoch, b.Magic = -1, 2
	b.LastOffsetDelta, b.NumRecords = int32(records-1), int32(records)
	b.FirstTimestamp, b.MaxTimestamp = now, now
	b.ProducerID, b.ProducerEpoch, b.FirstSequence = -1, -1, -1
	b.Records = body
	batch = b.AppendTo(nil)
	binary.BigEndian.PutUint32(batch[8:], uint32(len(batch)-12))
	binary.BigEndian.PutUint32(batch[17:], crc32.Checksum(batch[21:], castagnoli))
	return batch, records
}
