/** A figure that somebody else published about his own system. It was not measured here. */
interface PublishedFigure {
  readonly system: string;
  /** In our words, with the figure as it stands there. */
  readonly quoted: string;
  readonly source: string;
}

/**
 * Quoted, not measured: other machines, other work, mostly whole services with network and storage, while our figures are of one core that rates
 * from memory. They say which order of magnitude people are used to, and nothing more. Read in November 2026.
 */
export const PUBLISHED: readonly PublishedFigure[] = [
  {
    system: 'Kill Bill',
    quoted: 'its aim is 100 to 1,000 requests a second; not designed for tens of thousands (2015)',
    source: 'https://blog.killbill.io/blog/performance-numbers/ and https://killbill.io/blog/kill-bill-performance/',
  },
  {
    system: 'Lago',
    quoted: '10K events a second on one Postgres; 1-3M events a second taken in by ClickHouse Cloud and Kafka, a cluster',
    source: 'https://getlago.com/docs/guide/events/usage-performances',
  },
  {
    system: 'OpenMeter',
    quoted: 'millions of billable events a second, metered on ClickHouse Cloud, a cluster (2024)',
    source: 'https://clickhouse.com/blog/openmeter-real-time-usage-based-billing-powered-by-clickhouse-cloud',
  },
  {
    system: 'Stripe metering',
    quoted: 'a limit of 1000 meter events a second in live mode; of 10,000 requests a second, up to 100 events each, for meter event streams',
    source: 'https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api and https://docs.stripe.com/api/v2/billing-meter-stream',
  },
  { system: 'CGRateS', quoted: '5000+ requests a second on a single machine (2014)', source: 'https://pkg.go.dev/github.com/andir/cgrates' },
];
