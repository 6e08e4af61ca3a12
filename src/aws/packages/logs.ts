/** The part of the SDK's package for CloudWatch Logs that the driver uses: its bundle holds no more of it. */
export { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
