import { describe, expect, it } from '@jest/globals';
import { dispositionName } from '../../../../src/source/objects/disposition-name.js';

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('dispositionName', () => {
  it.each([
    ['a bare token', 'attachment; filename=report.pdf', 'report.pdf'],
    ['a bare token before another parameter', 'attachment; filename=a.txt; size=3', 'a.txt'],
    ['blanks without quotes', 'attachment; filename=Annual Report 2024.pdf', 'Annual Report 2024.pdf'],
    ['blanks before a parameter', 'attachment; filename=a b.txt ; size=3', 'a b.txt'],
    ['a quoted text', 'attachment; filename="my report.pdf"', 'my report.pdf'],
    ['quoted pairs', String.raw`attachment; filename="a \"b\".txt"`, 'a "b".txt'],
    ['a semicolon within quotes', 'attachment; filename="a;b.txt"', 'a;b.txt'],
    ['parameters within quotes', 'attachment; filename="a; filename=b.txt"', 'a; filename=b.txt'],
    ['no closing quote', 'attachment; filename="my report.pdf', 'my report.pdf'],
    ['an inline disposition', 'inline;filename="a.txt"', 'a.txt'],
    ['another case and blanks', 'ATTACHMENT;  FileName = "a.txt"', 'a.txt'],
    ['a name without a type', 'filename=a b.txt', 'a b.txt'],
    ['an extended name without a type', "filename*=UTF-8''%C3%BC.txt", 'ü.txt'],
    ['a blank for the semicolon', 'attachment filename="a.txt"', 'a.txt'],
    ['empty parameters', 'attachment;; filename=a.txt;', 'a.txt'],
    ['a repeated parameter', 'attachment; filename=a.txt; filename=b.txt', 'a.txt'],
    ['a name parameter before it', 'form-data; name="x"; filename="a.txt"', 'a.txt'],
    ['the extended form', "attachment; filename*=UTF-8''%e2%82%ac%20rates.txt", '€ rates.txt'],
    ['the extended form in quotes', `attachment; filename*="UTF-8''%C3%BC.txt"`, 'ü.txt'],
    ['the extended form with a language', "attachment; filename*=utf-8'de'%C3%BCber.txt", 'über.txt'],
    ['the extended form in Latin-1', "attachment; filename*=ISO-8859-1''%A3.txt", '£.txt'],
    ['the extended form, decoded once', "attachment; filename*=UTF-8''100%2525.txt", '100%25.txt'],
    ['extended before plain', `attachment; filename="E"; filename*=UTF-8''%e2%82%ac`, '€'],
    ['extended before plain when first', `attachment; filename*=UTF-8''%e2%82%ac; filename="E"`, '€'],
    ['plain beside an unknown character set', `attachment; filename="a"; filename*=GBK''%A3`, 'a'],
    ['plain beside a broken extended form', `attachment; filename*=UTF-8''%A3; filename="a"`, 'a'],
    ['plain beside an empty extended form', `attachment; filename*=UTF-8''; filename="a"`, 'a'],
    ['an encoded word', 'attachment; filename="=?UTF-8?Q?caf=C3=A9_menu.txt?="', 'café menu.txt'],
    ['a bare encoded word', 'attachment; filename==?utf-8?B?w7xiZXIudHh0?=', 'über.txt'],
    ['an encoded header', '=?UTF-8?Q?attachment;_filename=3D"=C3=BC_a.txt"?=', 'ü a.txt'],
    ['percent-encoding', 'attachment; filename="a%20%C3%BC.txt"', 'a ü.txt'],
    ['percent-encoding, decoded once', 'attachment; filename=100%2525.txt', '100%25.txt'],
    ['a stray percent sign', 'attachment; filename="100% sure.txt"', '100% sure.txt'],
    ['raw UTF-8', latin1('attachment; filename="Grüße 日本 🎉.txt"'), 'Grüße 日本 🎉.txt'],
    ['raw UTF-8 in the extended form', latin1("attachment; filename*=UTF-8''ü.txt"), 'ü.txt'],
    ['raw Latin-1', 'attachment; filename="caf\u00e9.txt"', 'café.txt'],
    ['decoded text', 'attachment; filename="日本.txt"', '日本.txt'],
    ['a Windows path', String.raw`attachment; filename="C:\docs\new x.pdf"`, 'new x.pdf'],
    ['a bare Windows path', String.raw`attachment; filename=C:\docs\x.pdf`, 'x.pdf'],
    ['an escaped path', String.raw`attachment; filename="C:\\docs\\x.pdf"`, 'x.pdf'],
    ['a parent folder', 'attachment; filename="../../x.pdf"', 'x.pdf'],
    ['an encoded path', "attachment; filename*=UTF-8''..%2F..%5Cx.pdf", 'x.pdf'],
  ])('reads %s', (_, header, name) => {
    expect(dispositionName(header)).toBe(name);
  });

  it.each([
    '',
    ' ',
    ';',
    'attachment',
    'attachment;',
    'inline; name="a.txt"',
    'attachment; filename',
    '"',
    '=',
    'attachment; filename=""',
    'attachment; filename=',
    'attachment; filename="',
    "x; filename*=UTF-8''",
    'attachment; filename=".."',
    'attachment; filename="a/"',
    'attachment; filename=" . "',
  ])('finds no name in %j', (header) => {
    expect(dispositionName(header)).toBeUndefined();
  });
});
