/** The part of the SDK's package for CloudWatch that the driver uses: its bundle holds no more of it. */
export { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
