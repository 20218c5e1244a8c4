import { spawnKafkaTool } from '../../scripts/kafka/run-tool.ts';
import { collect, type LoadFlags, load } from '../load.ts';
import { cpuSeconds } from '../process-stats.ts';
import type { Figures, RunOptions, Scenario } from '../scenario.ts';
import type { Server } from '../server.ts';
import { sideBySide } from '../side-by-side.ts';

/** Kafka answers acks=all from the page cache unless told to flush; Sluice answers once it is on disk. */
const onDisk = (server: Server): LoadFlags => (server.name === 'kafka' ? { configs: 'flush.messages=1' } : {});

export const singleRecordsJava: Scenario = {
  name: 'single-records-java',
  title: '10,000 records/s one by one, acks=all on disk, by ProducerPerformance (linger 0)',
  method:
    "Kafka's ProducerPerformance, 100 B, --throughput 10000, linger.ms=0, acks=all, one partition; Kafka with " +
    'flush.messages=1. Its producer puts records together while five requests are in flight. Latency is in whole ms.',
  figures: [
    { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
    { name: 'cpuSeconds', unit: 'broker CPU-s for all records', isMoreBetter: false, target: "≤ Kafka's" },
    { name: 'p50Ms', unit: 'ms, p50', isMoreBetter: false },
    { name: 'p999Ms', unit: 'ms, p99.9', isMoreBetter: false },
    { name: 'recordsPerSecond', unit: 'records/s', isMoreBetter: true },
  ],
  run: (options) => {
    const records = options.isQuick ? 30_000 : 200_000;
    return sideBySide(options, {
      prepare: async (server) => {
        await load('topic', server, 'bench', { partitions: 1, ...onDisk(server) });
        for (let round = 0; round < (options.isQuick ? 1 : 2); round++) await producerPerformance(server, records);
      },
      measure: (server) => producerPerformance(server, records),
    });
  },
};

export const singleRecords: Scenario = openLoop(10_000);
export const singleRecordsSlow: Scenario = openLoop(1_000);

function openLoop(rate: number): Scenario {
  const name = rate.toLocaleString('en');
  return {
    name: `single-records-${rate}`,
    title: `${name} single-record requests/s, acks=all on disk, each a request of its own`,
    method:
      'franz-go requests of one 100 B record each on a fixed schedule that does not wait for answers, 16 connections, ' +
      '4 partitions; Kafka with flush.messages=1. Where a broker cannot keep up, its queue grows and the latency shows it.',
    figures: [
      { name: 'p99Ms', unit: 'ms, p99', isMoreBetter: false, target: '≤ 1/2 of Kafka' },
      { name: 'cpuSeconds', unit: 'broker CPU-s for all requests', isMoreBetter: false, target: "≤ Kafka's" },
      { name: 'p50Ms', unit: 'ms, p50', isMoreBetter: false },
      { name: 'p999Ms', unit: 'ms, p99.9', isMoreBetter: false },
      { name: 'requestsPerSecond', unit: 'requests/s', isMoreBetter: true },
    ],
    run: (options) => runOpenLoop(options, rate),
  };
}

function runOpenLoop(options: RunOptions, rate: number) {
  const seconds = options.isQuick ? 2 : 10;
  return sideBySide(options, {
    prepare: async (server) => {
      await load('topic', server, 'bench', onDisk(server));
      await singleOnce(server, rate, seconds);
    },
    measure: (server) => singleOnce(server, rate, seconds),
  });
}

async function singleOnce(server: Server, rate: number, seconds: number): Promise<Figures> {
  const cpuBefore = cpuSeconds(server.pid);
  const {
    requests,
    seconds: took,
    ...latencies
  } = await load<{
    requests: number;
    seconds: number;
    p50Ms: number;
    p99Ms: number;
    p999Ms: number;
    maxMs: number;
  }>('single', server, 'bench', { rate, seconds });
  return { ...latencies, requestsPerSecond: requests / took, cpuSeconds: cpuSeconds(server.pid) - cpuBefore };
}

async function producerPerformance(server: Server, records: number): Promise<Figures> {
  const cpuBefore = cpuSeconds(server.pid);
  const properties = [`bootstrap.servers=${server.bootstrap}`, 'acks=all', 'linger.ms=0'];
  const args = ['--topic', 'bench', '--num-records', `${records}`, '--record-size', '100', '--throughput', '10000'];
  const child = await spawnKafkaTool('producer-perf-test', [...args, '--producer-props', ...properties], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const output = await collect(child, 'ProducerPerformance');
  const summary = output.trim().split('\n').at(-1) ?? '';
  const figure = (pattern: RegExp) => Number(pattern.exec(summary)?.[1]);
  return {
    p50Ms: figure(/([\d.]+) ms 50th/),
    p99Ms: figure(/([\d.]+) ms 99th/),
    p999Ms: figure(/([\d.]+) ms 99.9th/),
    maxMs: figure(/([\d.]+) ms max latency/),
    recordsPerSecond: figure(/([\d.]+) records\/sec/),
    cpuSeconds: cpuSeconds(server.pid) - cpuBefore,
  };
}
