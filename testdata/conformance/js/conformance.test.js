// Asks the simulated cloud of clouds/encrypted.yaml what amisync asks AWS, through the AWS
// SDK for JavaScript. Endpoint, credentials and region stand in the environment.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as ec2 from '@aws-sdk/client-ec2';
import * as kms from '@aws-sdk/client-kms';
import * as sts from '@aws-sdk/client-sts';

const image = 'ami-0a000000000000001'; // shared with 210987654321
const other = 'ami-0a000000000000002'; // private
const organization = 'arn:aws:organizations::123456789012:organization/o-exampleorg1';
const unit = 'arn:aws:organizations::123456789012:ou/o-exampleorg1/ou-ab12-11111111';
const role = { RoleArn: 'arn:aws:iam::111122223333:role/amisync', RoleSessionName: 'js', ExternalId: 'acme-images' };

// Another account: encrypted images, and a role that takes a source identity.
const dataRole = { RoleArn: 'arn:aws:iam::222233334444:role/amisync', RoleSessionName: 'js' };
const dataSession = async () => sessionOf((await ambient.send(new sts.AssumeRoleCommand(dataRole))).Credentials);
const customerKey = 'arn:aws:kms:us-east-1:222233334444:key/11112222-3333-4444-5555-666677778888';

const manifest = new URL('node_modules/@aws-sdk/client-ec2/package.json', import.meta.url);
console.log('AWS SDK for JavaScript', JSON.parse(readFileSync(manifest)).version);

const ambient = new sts.STSClient();
const { Credentials } = await ambient.send(new sts.AssumeRoleCommand(role));
const sessionOf = (c) => ({ accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken });
const credentials = sessionOf(Credentials);
const client = new ec2.EC2Client({ credentials, maxAttempts: 1 });
const send = (command, input = {}) => client.send(new ec2[command + 'Command'](input));
const modify = (add, remove = []) =>
  send('ModifyImageAttribute', { ImageId: image, LaunchPermission: { Add: add, Remove: remove } });

async function permissions(id) {
  const { LaunchPermissions } = await send('DescribeImageAttribute', { ImageId: id, Attribute: 'launchPermission' });
  return LaunchPermissions ?? [];
}

const refused = (code, status) => (error) => {
  assert.equal(error.name, code);
  assert.equal(error.$metadata.httpStatusCode, status);
  return true;
};

test('a session speaks for the role', async () => {
  const session = new sts.STSClient({ credentials });
  const identity = await session.send(new sts.GetCallerIdentityCommand());
  assert.equal(identity.Arn, 'arn:aws:sts::111122223333:assumed-role/amisync/js');
  assert.ok(Credentials.Expiration > new Date());
  await assert.rejects(ambient.send(new sts.AssumeRoleCommand({ ...role, ExternalId: 'wrong' })), refused('AccessDenied', 403));
});

test('a session policy narrows the role', async () => {
  const Policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' }] });
  const { Credentials: c } = await ambient.send(new sts.AssumeRoleCommand({ ...role, Policy }));
  const reader = new ec2.EC2Client({ credentials: sessionOf(c) });
  await reader.send(new ec2.DescribeImagesCommand({ Owners: ['self'] }));
  await assert.rejects(
    reader.send(new ec2.ResetImageAttributeCommand({ ImageId: image, Attribute: 'launchPermission' })),
    refused('UnauthorizedOperation', 403),
  );
});

test('a session policy names the images that may be changed', async () => {
  const Policy = JSON.stringify({
    Statement: [{ Effect: 'Allow', Action: 'ec2:ModifyImageAttribute', Resource: `arn:aws:ec2:us-east-1::image/${image}` }],
  });
  const { Credentials: c } = await ambient.send(new sts.AssumeRoleCommand({ ...role, Policy }));
  const writer = new ec2.EC2Client({ credentials: sessionOf(c), maxAttempts: 1 });
  const share = (ImageId, DryRun) =>
    writer.send(new ec2.ModifyImageAttributeCommand({ ImageId, DryRun, LaunchPermission: { Add: [{ UserId: '444455556666' }] } }));
  await assert.rejects(share(image, true), refused('DryRunOperation', 412));
  await assert.rejects(share(other, true), refused('UnauthorizedOperation', 403));
  await assert.rejects(share(other, false), refused('UnauthorizedOperation', 403));
  await assert.rejects(writer.send(new ec2.DescribeImagesCommand({ Owners: ['self'] })), refused('UnauthorizedOperation', 403));
  assert.deepEqual(await permissions(image), [{ UserId: '210987654321' }]);
});

test('a source identity goes with the session', async () => {
  const named = { ...dataRole, SourceIdentity: 'jane' };
  assert.equal((await ambient.send(new sts.AssumeRoleCommand(named))).SourceIdentity, 'jane');
  assert.equal((await ambient.send(new sts.AssumeRoleCommand(dataRole))).SourceIdentity, undefined);
  await assert.rejects(ambient.send(new sts.AssumeRoleCommand({ ...role, SourceIdentity: 'jane' })), refused('AccessDenied', 403));
});

test('snapshots tell the key that they are encrypted under', async () => {
  const client = new ec2.EC2Client({ credentials: await dataSession(), maxAttempts: 1 });
  const list = async (input) => (await client.send(new ec2.DescribeSnapshotsCommand(input))).Snapshots;
  const ids = ['1', '2', '3', '4'].map((n) => `snap-0d00000000000000${n}`);
  assert.deepEqual((await list({ OwnerIds: ['self'] })).map((s) => s.SnapshotId), ids);
  assert.deepEqual((await list({ Filters: [{ Name: 'snapshot-id', Values: [ids[1], 'snap-0d00000000000000f'] }] })).length, 1);
  const [first] = await list({ SnapshotIds: [ids[0]] });
  assert.equal(first.Encrypted, true);
  assert.equal(first.KmsKeyId, customerKey);
  assert.equal(first.OwnerId, '222233334444');
  assert.equal(first.VolumeSize, 20);
  assert.equal(first.State, 'completed');
  assert.deepEqual(first.StartTime, new Date('2026-10-01T06:00:00Z'));
  await assert.rejects(list({ SnapshotIds: ['snap-0d00000000000000f'] }), refused('InvalidSnapshot.NotFound', 400));
  const paged = [];
  for await (const page of ec2.paginateDescribeSnapshots({ client, pageSize: 5 }, { OwnerIds: ['self'] })) {
    paged.push(...page.Snapshots.map((s) => s.SnapshotId));
  }
  assert.deepEqual(paged, ids);
});

test('keys tell who manages them', async () => {
  const credentials = await dataSession();
  const client = new kms.KMSClient({ credentials, maxAttempts: 1 });
  const describe = async (KeyId) => (await client.send(new kms.DescribeKeyCommand({ KeyId }))).KeyMetadata;
  const customer = await describe(customerKey);
  assert.equal(customer.Arn, customerKey);
  assert.equal(customer.KeyManager, 'CUSTOMER');
  assert.equal(customer.KeyState, 'Enabled');
  assert.equal(customer.Enabled, true);
  assert.equal(customer.AWSAccountId, '222233334444');
  assert.ok(customer.CreationDate instanceof Date);
  const { Snapshots } = await new ec2.EC2Client({ credentials }).send(
    new ec2.DescribeSnapshotsCommand({ SnapshotIds: ['snap-0d000000000000003'] }),
  );
  const managed = await describe('alias/aws/ebs');
  assert.equal(managed.Arn, Snapshots[0].KmsKeyId);
  assert.equal(managed.KeyManager, 'AWS');
  const leaving = await describe('99990000-aaaa-4bbb-8ccc-ddddeeeeffff');
  assert.equal(leaving.KeyState, 'PendingDeletion');
  assert.equal(leaving.Enabled, false);
  assert.ok(leaving.DeletionDate > new Date());
  await assert.rejects(describe('00000000-0000-4000-8000-000000000000'), refused('NotFoundException', 400));
  await assert.rejects(describe('arn:aws:kms:us-east-1:111122223333:key/1'), refused('AccessDeniedException', 400));
  await assert.rejects(client.send(new kms.ListKeysCommand()), refused('UnknownOperationException', 400));
});

test('images are listed, filtered and paged', async () => {
  const list = async (input) => (await send('DescribeImages', input)).Images.map((i) => i.ImageId);
  assert.deepEqual(await list({ Owners: ['self'] }), [image, other]);
  assert.deepEqual(await list({ Filters: [{ Name: 'name', Values: ['*-20261101'] }] }), [other]);
  const paged = [];
  for await (const page of ec2.paginateDescribeImages({ client, pageSize: 1 }, { Owners: ['self'] })) {
    assert.equal(page.Images.length, 1);
    paged.push(page.Images[0].ImageId);
  }
  assert.deepEqual(paged, [image, other]);
  const [first] = (await send('DescribeImages', { ImageIds: [image] })).Images;
  assert.equal(first.Name, 'base-al2023-arm64-20261001');
  assert.equal(first.CreationDate, '2026-10-01T06:00:00.000Z');
  assert.deepEqual(first.Tags, [{ Key: 'channel', Value: 'stable' }]);
  assert.equal(first.Public, false);
});

test('launch permissions of every kind are changed', async () => {
  assert.deepEqual(await permissions(image), [{ UserId: '210987654321' }]);
  assert.deepEqual(await permissions(other), []);
  await modify(
    [{ UserId: '444455556666' }, { OrganizationArn: organization }, { OrganizationalUnitArn: unit }],
    [{ UserId: '210987654321' }],
  );
  assert.deepEqual(await permissions(image), [
    { OrganizationalUnitArn: unit },
    { OrganizationArn: organization },
    { UserId: '444455556666' },
  ]);
  await modify([{ UserId: '444455556666' }], [{ UserId: '210987654321' }, { OrganizationArn: organization }]);
  assert.deepEqual(await permissions(image), [{ OrganizationalUnitArn: unit }, { UserId: '444455556666' }]);
  await send('ResetImageAttribute', { ImageId: image, Attribute: 'launchPermission' });
  assert.deepEqual(await permissions(image), []);
});

test('block public access decides about publishing', async () => {
  const state = async () => (await send('GetImageBlockPublicAccessState')).ImageBlockPublicAccessState;
  assert.equal(await state(), 'block-new-sharing');
  await assert.rejects(modify([{ Group: 'all' }]), refused('OperationNotPermitted', 400));
  const answer = await send('DisableImageBlockPublicAccess');
  assert.equal(answer.ImageBlockPublicAccessState, 'unblocked');
  assert.equal(await state(), 'unblocked');
  await modify([{ Group: 'all' }]);
  assert.deepEqual(await permissions(image), [{ Group: 'all' }]);
  await send('EnableImageBlockPublicAccess', { ImageBlockPublicAccessState: 'block-new-sharing' });
  assert.equal(await state(), 'block-new-sharing');
  assert.deepEqual(await permissions(image), [{ Group: 'all' }]);
});

test('a disabled image loses its permissions', async () => {
  assert.equal((await send('DisableImage', { ImageId: image })).Return, true);
  assert.deepEqual(await permissions(image), []);
  await assert.rejects(modify([{ UserId: '444455556666' }]), refused('InvalidAMIID.Unavailable', 400));
  const { Images } = await send('DescribeImages', { Owners: ['self'], IncludeDisabled: true });
  assert.equal(Images[0].State, 'disabled');
  await send('EnableImage', { ImageId: image });
  assert.deepEqual(await permissions(image), []);
});

test('errors have the codes of EC2', async () => {
  const cases = [
    ['DescribeImages', { ImageIds: ['ami-0a00000000000000f'] }, 'InvalidAMIID.NotFound', 400],
    ['DescribeImages', { ImageIds: ['ami-1'] }, 'InvalidAMIID.Malformed', 400],
    ['DescribeImages', { ImageIds: [image], MaxResults: 5 }, 'InvalidParameterCombination', 400],
    ['DescribeImages', { DryRun: true }, 'DryRunOperation', 412],
    ['DescribeVpcs', {}, 'InvalidAction', 400],
    ['ModifyImageAttribute', { ImageId: image, LaunchPermission: { Add: [{ UserId: '1' }] } }, 'InvalidAMIAttributeItemValue', 400],
    ['CancelImageLaunchPermission', { ImageId: image }, 'OperationNotPermitted', 400],
  ];
  for (const [command, input, code, status] of cases) {
    await assert.rejects(send(command, input), refused(code, status), command);
  }
});

test('a deregistered image is gone', async () => {
  await send('DeregisterImage', { ImageId: other });
  await assert.rejects(send('DescribeImages', { ImageIds: [other] }), refused('InvalidAMIID.NotFound', 400));
});
