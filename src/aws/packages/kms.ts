/** The part of the SDK's package for KMS that the driver uses: its bundle holds no more of it. */
export { GenerateDataKeyCommand, KMSClient } from "@aws-sdk/client-kms";
