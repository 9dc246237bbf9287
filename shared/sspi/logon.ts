// Why Windows refuses a log-in, as numbers inside other protocols: NTSTATUS in CredSSP, "data" in Active Directory's LDAP answers,
// errors of MS-CHAP. Sources: MS-ERREF §2.3.1 and §2.2, MS-ADTS §5.1.1.3, RFC 2759 §6; read 2026-11-28.

export interface LogonError {
  readonly name: string
  /** In one clause, for "the server says that …". */
  readonly meaning: string
  readonly remedy: string
}

const password =
  'Give the right account and password; where they are right, look whether the account name carries its domain.'

const wrongPassword: LogonError = {
  name: 'STATUS_LOGON_FAILURE',
  meaning: 'the account or its password is wrong',
  remedy: password,
}
const unknownUser: LogonError = {
  name: 'STATUS_NO_SUCH_USER',
  meaning: 'there is no such account',
  remedy: password,
}
const expired: LogonError = {
  name: 'STATUS_PASSWORD_EXPIRED',
  meaning: 'the password has expired',
  remedy: 'Let the user change the password, elsewhere if this protocol cannot.',
}
const mustChange: LogonError = {
  name: 'STATUS_PASSWORD_MUST_CHANGE',
  meaning: 'the password must be changed before the first log-in',
  remedy: 'Let the user change the password at a domain computer first, or take the flag off the account.',
}
const disabled: LogonError = {
  name: 'STATUS_ACCOUNT_DISABLED',
  meaning: 'the account is disabled',
  remedy: 'Enable the account, or use another.',
}
const accountExpired: LogonError = {
  name: 'STATUS_ACCOUNT_EXPIRED',
  meaning: 'the account has expired',
  remedy: 'Extend the account.',
}
const locked: LogonError = {
  name: 'STATUS_ACCOUNT_LOCKED_OUT',
  meaning: 'the account is locked out',
  remedy:
    'Find what keeps sending a wrong password (event 4740 at the domain controller), then unlock the account.',
}
const hours: LogonError = {
  name: 'STATUS_INVALID_LOGON_HOURS',
  meaning: 'the account may not log in at this hour',
  remedy: 'Look at the logon hours of the account.',
}
const workstation: LogonError = {
  name: 'STATUS_INVALID_WORKSTATION',
  meaning: 'the account may not log in from this computer',
  remedy: 'Look at the workstations the account is limited to.',
}
const denied: LogonError = {
  name: 'STATUS_ACCESS_DENIED',
  meaning: 'access is denied',
  remedy:
    'Put the account into a group that may log in here (Remote Desktop Users), and look at the user rights assignment.',
}
const logonType: LogonError = {
  name: 'STATUS_LOGON_TYPE_NOT_GRANTED',
  meaning: 'the account lacks the right to log in this way',
  remedy:
    'Grant the right by policy ("Allow log on through Remote Desktop Services", "Access this computer from the network").',
}
const restriction: LogonError = {
  name: 'STATUS_ACCOUNT_RESTRICTION',
  meaning: 'a restriction of the account does not allow it',
  remedy: 'Look for an empty password, Restricted Admin, Protected Users or an authentication policy silo.',
}
const noServers: LogonError = {
  name: 'STATUS_NO_LOGON_SERVERS',
  meaning: 'it reaches no domain controller',
  remedy: 'Look at name resolution and the way from the server to its domain controllers.',
}
const trust: LogonError = {
  name: 'STATUS_TRUSTED_RELATIONSHIP_FAILURE',
  meaning: 'its trust with the domain is broken',
  remedy: 'Repair the trust (Test-ComputerSecureChannel -Repair).',
}
const clock: LogonError = {
  name: 'STATUS_TIME_DIFFERENCE_AT_DC',
  meaning: 'the clocks differ too much',
  remedy: 'Set the clocks of client, server and domain controller.',
}
const firewall: LogonError = {
  name: 'STATUS_AUTHENTICATION_FIREWALL_FAILED',
  meaning: 'selective authentication does not let the account in',
  remedy: 'Grant "Allowed to authenticate" on the computer account.',
}
const ntlmBlocked: LogonError = {
  name: 'STATUS_NTLM_BLOCKED',
  meaning: 'NTLM is blocked by policy',
  remedy: 'Connect by the name Kerberos knows, not by an address, so that NTLM is not needed.',
}

/** NTSTATUS of a CredSSP errorCode (MS-CSSP §2.2.1). */
export const ntStatuses: Readonly<Record<number, LogonError>> = {
  0xc0000022: denied,
  0xc000005e: noServers,
  0xc0000064: unknownUser,
  0xc000006a: { ...wrongPassword, name: 'STATUS_WRONG_PASSWORD' },
  0xc000006d: wrongPassword,
  0xc000006e: restriction,
  0xc000006f: hours,
  0xc0000070: workstation,
  0xc0000071: expired,
  0xc0000072: disabled,
  0xc0000133: clock,
  0xc000015b: logonType,
  0xc000018d: trust,
  0xc0000193: accountExpired,
  0xc0000224: mustChange,
  0xc0000234: locked,
  0xc0000413: firewall,
  0xc0000418: ntlmBlocked,
}

/** The channel bindings do not match (field S72): SEC_E_BAD_BINDINGS. */
export const badBindings = 0x80090346

/** Hexadecimal numbers behind "data" in Active Directory's invalidCredentials (49): Win32 errors. */
export const directoryErrors: Readonly<Record<number, LogonError>> = {
  0x525: { ...unknownUser, name: 'ERROR_NO_SUCH_USER' },
  0x52e: { ...wrongPassword, name: 'ERROR_LOGON_FAILURE' },
  0x52f: { ...restriction, name: 'ERROR_ACCOUNT_RESTRICTION' },
  0x530: { ...hours, name: 'ERROR_INVALID_LOGON_HOURS' },
  0x531: { ...workstation, name: 'ERROR_INVALID_WORKSTATION' },
  0x532: { ...expired, name: 'ERROR_PASSWORD_EXPIRED' },
  0x533: { ...disabled, name: 'ERROR_ACCOUNT_DISABLED' },
  0x569: { ...logonType, name: 'ERROR_LOGON_TYPE_NOT_GRANTED' },
  0x701: { ...accountExpired, name: 'ERROR_ACCOUNT_EXPIRED' },
  0x773: { ...mustChange, name: 'ERROR_PASSWORD_MUST_CHANGE' },
  0x775: { ...locked, name: 'ERROR_ACCOUNT_LOCKED_OUT' },
}

/** Active Directory's "AcceptSecurityContext error, data 52e, v4563". */
export function directoryData(text: string): number | null {
  const data = /\bdata ([0-9a-f]{1,8})\b/i.exec(text)?.[1]
  return data === undefined ? null : Number.parseInt(data, 16)
}

/** RDSTLS results (MS-RDPBCGR §2.2.17.3) are Win32 errors too. */
export const accessDenied: LogonError = { ...denied, name: 'ERROR_ACCESS_DENIED' }

/** RFC 2759 §6. */
export const msChapErrors: Readonly<Record<number, LogonError>> = {
  646: { ...hours, name: 'ERROR_RESTRICTED_LOGON_HOURS' },
  647: { ...disabled, name: 'ERROR_ACCT_DISABLED' },
  648: { ...expired, name: 'ERROR_PASSWD_EXPIRED' },
  649: {
    name: 'ERROR_NO_DIALIN_PERMISSION',
    meaning: 'the account has no dial-in permission',
    remedy: 'Grant it in the account (Dial-in) or in the network policy.',
  },
  691: { ...wrongPassword, name: 'ERROR_AUTHENTICATION_FAILURE' },
  709: {
    name: 'ERROR_CHANGING_PASSWORD',
    meaning: 'the password could not be changed',
    remedy: 'Look at the password policy of the domain.',
  },
}

/** Events outside Schannel that such a refusal leaves, and where. */
export const logonEvents = {
  4625: {
    meaning: 'an account failed to log on, with status and sub status',
    log: 'Security log of the server',
  },
  3039: {
    meaning: 'a client bind had channel bindings that do not match',
    log: 'Directory Service log, with LDAP Interface Events 2',
  },
  3040: { meaning: 'how many unprotected binds there were in the last day', log: 'Directory Service log' },
  3041: { meaning: 'the server does not enforce LDAP channel binding', log: 'Directory Service log' },
  3074: {
    meaning: 'a client bind would fail the validation of channel bindings if it were enforced',
    log: 'Directory Service log, Server 2019 and later',
  },
  3075: {
    meaning: 'a client bind sent no channel bindings',
    log: 'Directory Service log, Server 2019 and later',
  },
  2889: {
    meaning: 'a client bound without signing',
    log: 'Directory Service log, with LDAP Interface Events 2',
  },
  2888: {
    meaning: 'a client bind without signing or TLS was refused',
    log: 'Directory Service log',
  },
  56: {
    meaning: 'the Terminal Server security layer detected an error in the protocol stream, with a status',
    log: 'System log of the server, source TermDD',
  },
  2015: {
    meaning: 'a Send connector demands TLS and the other server did not offer STARTTLS',
    log: 'Application log of the sending server, source MSExchangeTransport',
  },
  12014: {
    meaning: 'no certificate for the name of the connector was found, so STARTTLS is not offered',
    log: 'Application log of the server, source MSExchangeTransport',
  },
  6273: { meaning: 'NPS denied access, with a reason code', log: 'Security log of the NPS server' },
} as const
