/** The part of the SDK's package for Session Manager that the driver uses: its bundle holds no more of it. */
export { ResumeSessionCommand, SSMClient, TerminateSessionCommand } from "@aws-sdk/client-ssm";
