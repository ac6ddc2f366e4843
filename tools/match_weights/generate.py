#!/usr/bin/env python3
"""Synthetic lead data with ground truth (stdlib only, everything fictional).

usage: gen.py --kind people|company --rows 5000 --seed 1 --out DIR [--pools extra.json] [--hard 0.22]
Writes input.csv, truth.csv (row_index,entity_id), tags.csv (row_index,ops,hard_group,hard_type), meta.json.
An entity can be recovered from its rows: every duplicate keeps at least one usable key or strong identifier.
Hard negatives (different entities that look alike) are grouped by hard_group and typed by hard_type.
"""
import argparse, csv, json, os, random, re, unicodedata, collections

# first name: variants that real people use for the same name
NICK = {
 'Robert': ['Bob', 'Rob', 'Bobby', 'Robbie'], 'William': ['Bill', 'Will', 'Billy', 'Liam'], 'Richard': ['Rick', 'Dick', 'Rich'], 'James': ['Jim', 'Jimmy', 'Jamie'],
 'Margaret': ['Maggie', 'Peggy', 'Meg'], 'Elizabeth': ['Liz', 'Beth', 'Betty', 'Eliza', 'Lizzie'], 'Katherine': ['Kate', 'Kathy', 'Katie', 'Kat'], 'Michael': ['Mike', 'Mick', 'Mikey'],
 'Thomas': ['Tom', 'Tommy'], 'Joseph': ['Joe', 'Joey'], 'Charles': ['Charlie', 'Chuck', 'Chaz'], 'Christopher': ['Chris', 'Topher'], 'Daniel': ['Dan', 'Danny'], 'Matthew': ['Matt', 'Matty'],
 'Anthony': ['Tony'], 'Steven': ['Steve', 'Stephen'], 'Andrew': ['Andy', 'Drew'], 'Joshua': ['Josh'], 'Kenneth': ['Ken', 'Kenny'], 'Timothy': ['Tim'], 'Edward': ['Ed', 'Eddie', 'Ted', 'Ned'],
 'Jonathan': ['Jon', 'Jonny'], 'Nicholas': ['Nick', 'Nico'], 'Samuel': ['Sam', 'Sammy'], 'Benjamin': ['Ben', 'Benji'], 'Alexander': ['Alex', 'Xander', 'Sasha'], 'Patrick': ['Pat', 'Paddy'],
 'Jennifer': ['Jen', 'Jenny'], 'Susan': ['Sue', 'Susie'], 'Jessica': ['Jess', 'Jessie'], 'Deborah': ['Deb', 'Debbie'], 'Patricia': ['Pat', 'Trish', 'Patty'], 'Rebecca': ['Becca', 'Becky'],
 'Victoria': ['Vicky', 'Tori'], 'Stephanie': ['Steph'], 'Samantha': ['Sam'], 'Alexandra': ['Alex', 'Sandra', 'Lexi'], 'Christine': ['Chris', 'Tina', 'Chrissy'], 'Cynthia': ['Cindy'],
 'Gregory': ['Greg'], 'Lawrence': ['Larry'], 'Philip': ['Phil', 'Phillip'], 'Raymond': ['Ray'], 'Ronald': ['Ron', 'Ronnie'], 'Donald': ['Don', 'Donnie'], 'David': ['Dave', 'Davey'], 'Frederick': ['Fred', 'Freddie'],
 'Francisco': ['Paco', 'Pancho', 'Fran'], 'Jos\u00e9': ['Pepe', 'Jose'], 'Guadalupe': ['Lupe'], 'Ignacio': ['Nacho'], 'Mar\u00eda': ['Maria', 'Mari'], 'Zachary': ['Zach', 'Zack'], 'Theodore': ['Ted', 'Theo'], 'Abigail': ['Abby', 'Gail'],
}
PLAIN = ['Laura', 'Sarah', 'Emma', 'Olivia', 'Sophie', 'Hannah', 'Rachel', 'Nathan', 'Kevin', 'Brian', 'Eric', 'Mark', 'Paul', 'George', 'Adam', 'Kyle', 'Ryan', 'Linda', 'Karen', 'Nancy', 'Diane', 'Julia', 'Anna', 'Claire', 'Grace', 'Priya', 'Anil', 'Rahul', 'Deepa', 'Sanjay', 'Wei', 'Ming', 'Hiro', 'Yuki', 'Kenji', 'Aisha', 'Omar', 'Fatima', 'Hassan', 'Leila', 'Luca', 'Marco', 'Giulia', 'Pierre', 'Hans', 'Ingrid', 'Lars', 'Sven', 'Anders', 'Katja', 'Ivan', 'Olga', 'Mario', 'Joan', 'Jean', 'Carlo', 'Carla', 'Ana', 'Tara', 'Noah', 'Ethan', 'Mason', 'Dylan', 'Megan', 'Paige']
# spellings of one name across scripts or keyboards
TRANSLIT = [['Mohammed', 'Muhammad', 'Mohamed', 'Mohammad'], ['Sergey', 'Sergei', 'Serguei'], ['Dmitry', 'Dmitri', 'Dmitriy'], ['Yulia', 'Julia', 'Iuliia'], ['Alexey', 'Aleksei', 'Alexei'], ['J\u00fcrgen', 'Juergen', 'Jurgen'], ['S\u00f8ren', 'Soren', 'Soeren'], ['\u0141ukasz', 'Lukasz'], ['Bj\u00f6rn', 'Bjorn', 'Bjoern'], ['Fran\u00e7ois', 'Francois'], ['Zo\u00eb', 'Zoe'], ['Chlo\u00e9', 'Chloe'], ['Andr\u00e9', 'Andre'], ['Krzysztof', 'Krzystof'], ['Yusuf', 'Youssef', 'Yousef'], ['\u015eule', 'Sule'], ['\u00d6mer', 'Omer', 'Oemer'], ['Nu\u00f1o', 'Nuno'], ['Ren\u00e9e', 'Renee'], ['Ahmed', 'Ahmad'], ['Xiaoming', 'Xiao Ming', 'Xiao-Ming'], ['Ngoc', 'Ng\u1ecdc']]
LAST = ['Smith', 'Johnson', 'Williams', 'Brown', 'Jones', 'Garcia', 'Miller', 'Davis', 'Martinez', 'Lopez', 'Wilson', 'Anderson', 'Taylor', 'Thomas', 'Moore', 'Martin', 'Lee', 'Thompson', 'White', 'Harris', 'Clark', 'Lewis', 'Robinson', 'Walker', 'Young', 'Allen', 'King', 'Wright', 'Scott', 'Hill', 'Green', 'Adams', 'Baker', 'Nelson', 'Carter', 'Mitchell', 'Roberts', 'Turner', 'Phillips', 'Campbell', 'Parker', 'Evans', 'Edwards', 'Collins', 'Stewart', 'Morris', 'Murphy', 'Cook', 'Rogers', 'Morgan', 'Cooper', 'Reed', 'Bailey', 'Bell', 'Kelly', 'Howard', 'Ward', 'Cox', 'Patel', 'Shah', 'Gupta', 'Singh', 'Kumar', 'Reddy', 'Iyer', 'Chen', 'Wang', 'Zhang', 'Liu', 'Huang', 'Tanaka', 'Suzuki', 'Sato', 'Kim', 'Park', 'Tran', 'Pham', 'Le', 'Rossi', 'Bianchi', 'Ferrari', 'Esposito', 'Dubois', 'Moreau', 'Laurent', 'Bernard', 'Lefevre', 'Schmidt', 'Weber', 'Fischer', 'Becker', 'Hoffmann', 'Wagner', 'Janssen', 'de Vries', 'van den Berg', 'van Dijk', 'Jansen', 'Larsen', 'Hansen', 'Nilsson', 'Johansson', 'Kowalski', 'Novak', 'Horvat', 'Popescu', 'Ivanov', 'Petrov', 'Volkov', 'Haddad', 'Khan', 'Hussain', 'Ali', 'Cohen', 'Levy', 'Mizrahi', 'Okafor', 'Adeyemi', 'Mensah', 'Santos', 'Oliveira', 'Pereira', 'Costa', 'Almeida', 'MacDonald', 'McCarthy', 'O\u2019Brien', 'O\u2019Connor', 'Fitzgerald', 'Gallagher', 'Whitfield', 'Ashworth', 'Pemberton', 'Holloway', 'Castellano', 'Delacroix', 'Brightman', 'Underhill', 'Winterbourne', 'Thistlewood', 'Okonkwo', 'Varga', 'Lindqvist', 'Abernathy', 'Quigley']
LAST_TR = [['M\u00fcller', 'Mueller', 'Muller'], ['Schr\u00f6der', 'Schroeder', 'Schroder'], ['B\u00f6hm', 'Boehm', 'Bohm'], ['G\u00f3mez', 'Gomez'], ['Hern\u00e1ndez', 'Hernandez'], ['N\u00fa\u00f1ez', 'Nunez'], ['S\u00f8rensen', 'Sorensen', 'Soerensen'], ['\u00c7elik', 'Celik'], ['Y\u0131ld\u0131z', 'Yildiz'], ['Wi\u015bniewski', 'Wisniewski'], ['Dvo\u0159\u00e1k', 'Dvorak'], ['Nguy\u1ec5n', 'Nguyen'], ['\u0160koda', 'Skoda'], ['Lef\u00e8vre', 'Lefevre'], ['Ib\u00e1\u00f1ez', 'Ibanez'], ['Strau\u00df', 'Strauss'], ['Garc\u00eda-P\u00e9rez', 'Garcia-Perez'], ['Kuznetsov', 'Kuznetzov'], ['Chaudhary', 'Choudhary', 'Chaudhry'], ['Ha\u00efm', 'Haim']]
TITLES = ['CEO', 'Chief Executive Officer', 'Founder', 'Co-Founder', 'CTO', 'CFO', 'COO', 'CMO', 'VP Sales', 'VP of Sales', 'Vice President, Marketing', 'Head of Growth', 'Sales Manager', 'Account Executive', 'Marketing Manager', 'Operations Manager', 'Owner', 'Managing Director', 'Partner', 'Business Development Manager', 'Product Manager', 'HR Director', 'Procurement Lead', 'Software Engineer', 'Customer Success Manager', 'Office Manager']
EMOJI = ['\U0001f680', '\u2728', '\U0001f4bc', '\U0001f331', '\U0001f3af', '\u2b50', '\U0001f525', '\u2705', '\U0001f1fa\U0001f1f8', '\U0001f4c8', '\U0001f4a1']
CRED = ['MBA', 'PhD', 'CPA', 'PMP', 'P.E.', 'Esq.', 'SHRM-CP', 'MD', 'M.Sc.', 'CFA']
CITY = [('Austin', 'TX', 'United States', 'us'), ('Denver', 'CO', 'United States', 'us'), ('Boston', 'MA', 'United States', 'us'), ('Chicago', 'IL', 'United States', 'us'), ('San Francisco', 'CA', 'United States', 'us'), ('New York', 'NY', 'United States', 'us'), ('Seattle', 'WA', 'United States', 'us'), ('Atlanta', 'GA', 'United States', 'us'), ('London', 'England', 'United Kingdom', 'uk'), ('Manchester', 'England', 'United Kingdom', 'uk'), ('Berlin', 'Berlin', 'Germany', 'de'), ('Munich', 'Bavaria', 'Germany', 'de'), ('Amsterdam', 'North Holland', 'Netherlands', 'nl'), ('Paris', '\u00cele-de-France', 'France', 'fr'), ('Madrid', 'Madrid', 'Spain', 'es'), ('Milan', 'Lombardy', 'Italy', 'it'), ('Toronto', 'ON', 'Canada', 'ca'), ('Sydney', 'NSW', 'Australia', 'au'), ('Stockholm', 'Stockholm', 'Sweden', 'se'), ('Copenhagen', 'Capital Region', 'Denmark', 'dk'), ('Warsaw', 'Masovia', 'Poland', 'pl'), ('Bengaluru', 'Karnataka', 'India', 'in'), ('Singapore', 'Singapore', 'Singapore', 'sg'), ('S\u00e3o Paulo', 'SP', 'Brazil', 'br')]
DIAL = {'us': '1', 'ca': '1', 'uk': '44', 'de': '49', 'nl': '31', 'fr': '33', 'es': '34', 'it': '39', 'au': '61', 'se': '46', 'dk': '45', 'pl': '48', 'in': '91', 'sg': '65', 'br': '55'}
LEGAL = {'us': ['Inc', 'LLC', 'Corp', 'Co', 'LP', 'PLLC'], 'ca': ['Inc', 'Ltd', 'Corp'], 'uk': ['Ltd', 'PLC', 'LLP'], 'de': ['GmbH', 'AG', 'GmbH & Co. KG', 'UG'], 'nl': ['B.V.', 'N.V.'], 'fr': ['SAS', 'SARL', 'S.A.'], 'es': ['S.L.', 'S.A.'], 'it': ['S.r.l.', 'S.p.A.'], 'au': ['Pty Ltd'], 'se': ['AB'], 'dk': ['ApS', 'A/S'], 'pl': ['Sp. z o.o.'], 'in': ['Pvt Ltd', 'Private Limited'], 'sg': ['Pte Ltd'], 'br': ['Ltda', 'S.A.']}
LEGALVAR = {'Inc': ['Inc.', ', Inc.', 'Incorporated', 'INC', ', Inc'], 'LLC': ['L.L.C.', ', LLC', 'llc', ', L.L.C.'], 'Corp': ['Corp.', 'Corporation', ', Corp.'], 'Co': ['Co.', 'Company', '& Co.'], 'Ltd': ['Ltd.', 'Limited', 'LTD', ', Ltd.'], 'PLC': ['plc', 'P.L.C.'], 'GmbH': ['gmbh', 'G.m.b.H.', 'mbH'], 'AG': ['A.G.', 'Aktiengesellschaft'], 'B.V.': ['BV', 'b.v.'], 'N.V.': ['NV'], 'SAS': ['S.A.S.', 'S.A.S'], 'SARL': ['S.A.R.L.', 'S.\u00e0 r.l.'], 'S.A.': ['SA'], 'S.L.': ['SL', 'S.L'], 'S.r.l.': ['SRL', 'Srl'], 'S.p.A.': ['SpA', 'SPA'], 'Pty Ltd': ['Pty. Ltd.', 'Pty Limited', 'PTY LTD'], 'AB': ['A.B.', '(publ)'], 'ApS': ['APS'], 'A/S': ['AS'], 'Sp. z o.o.': ['Sp z oo', 'Sp\u00f3\u0142ka z o.o.'], 'Pvt Ltd': ['Pvt. Ltd.', 'Private Limited', '(P) Ltd'], 'Private Limited': ['Pvt. Ltd.'], 'Pte Ltd': ['Pte. Ltd.', 'PTE LTD'], 'Ltda': ['Ltda.', 'LTDA']}
ABBR = {'International': 'Intl', 'Technologies': 'Tech', 'Technology': 'Tech', 'Manufacturing': 'Mfg', 'Associates': 'Assoc', 'Brothers': 'Bros', 'Systems': 'Sys', 'Group': 'Grp', 'Services': 'Svcs', 'Management': 'Mgmt', 'Engineering': 'Eng', 'Development': 'Dev', 'Industries': 'Ind', 'Laboratories': 'Labs', 'Consulting': 'Consult', 'Company': 'Co', 'University': 'Univ', 'Center': 'Ctr', 'National': 'Natl', 'Construction': 'Const', 'Marketing': 'Mktg', 'Solutions': 'Soln', 'Department': 'Dept', 'Saint': 'St', 'Mount': 'Mt', 'Financial': 'Fin'}
W1 = ['Summit', 'Apex', 'Pioneer', 'Bright', 'Blue', 'Silver', 'Golden', 'North', 'Iron', 'Cedar', 'Maple', 'Harbor', 'River', 'Stone', 'Falcon', 'Eagle', 'Vertex', 'Quantum', 'Nova', 'Lumen', 'Orion', 'Atlas', 'Zenith', 'Echo', 'Delta', 'Prime', 'Evergreen', 'Coastal', 'Liberty', 'Heritage', 'Beacon', 'Cobalt', 'Crimson', 'Granite', 'Horizon', 'Keystone', 'Lighthouse', 'Meridian', 'Oak', 'Pacific', 'Redwood', 'Sterling', 'Titan', 'Union', 'Vanguard', 'Willow', 'Saint', 'Mount', 'National', 'Alpine']
W2 = ['water', 'field', 'path', 'line', 'wave', 'bridge', 'gate', 'peak', 'ridge', 'stone', 'leaf', 'light', 'point', 'works', 'forge', 'craft', 'loop', 'grid', 'nest', 'mind']
SYL = ['ka', 'zo', 'ri', 've', 'lu', 'mi', 'ta', 'no', 'xe', 'qui', 'bra', 'dro', 'fen', 'gal', 'hel', 'jor', 'pel', 'sya', 'tro', 'vex', 'nim', 'lor', 'cas', 'dyn', 'ora', 'plex', 'tiv', 'zen', 'mar', 'sol']
IND = [('Dental', 'Healthcare'), ('Roofing', 'Construction'), ('Logistics', 'Transportation'), ('Software', 'Software'), ('Analytics', 'Software'), ('Marketing', 'Advertising'), ('Media', 'Media'), ('Capital', 'Finance'), ('Insurance', 'Insurance'), ('Foods', 'Food & Beverage'), ('Coffee', 'Food & Beverage'), ('Robotics', 'Machinery'), ('Energy', 'Energy'), ('Solar', 'Energy'), ('Legal', 'Legal Services'), ('Fitness', 'Wellness'), ('Apparel', 'Retail'), ('Interiors', 'Design'), ('Realty', 'Real Estate'), ('Security', 'Security'), ('Staffing', 'Staffing'), ('Travel', 'Travel'), ('Pharma', 'Pharmaceuticals'), ('Plumbing', 'Construction'), ('Studios', 'Design')]
TAIL = ['Group', 'Solutions', 'Technologies', 'Services', 'Partners', 'International', 'Systems', 'Associates', 'Consulting', 'Industries', 'Management', 'Manufacturing', 'Laboratories', 'Brothers', 'Engineering', 'Holdings', 'Ventures']
GTLD = ['com', 'com', 'com', 'com', 'io', 'co', 'net', 'ai', 'org', 'app']
CC = {'us': 'us', 'ca': 'ca', 'uk': 'co.uk', 'de': 'de', 'nl': 'nl', 'fr': 'fr', 'es': 'es', 'it': 'it', 'au': 'com.au', 'se': 'se', 'dk': 'dk', 'pl': 'pl', 'in': 'in', 'sg': 'com.sg', 'br': 'com.br'}
PLATFORM = ['facebook.com/{s}', 'linktr.ee/{s}', '{s}.myshopify.com', '{s}.wixsite.com/home', 'sites.google.com/view/{s}', '{s}.wordpress.com', 'instagram.com/{s}', '{s}.square.site']
FREE = ['gmail.com', 'outlook.com', 'yahoo.com', 'hotmail.com', 'icloud.com']
GENERIC = ['info', 'sales', 'hello', 'contact', 'office', 'support', 'admin', 'team']
SUBD = ['shop', 'app', 'go', 'en', 'careers', 'blog', 'www2', 'm', 'store']
MISC = {'junk_tail': [' | Official Site', ' - Home', ' (formerly {x})', ' \u00ae ', '\u2122', ' \U0001f680', ' | We are hiring!'], 'regions': ['(UK)', 'North America', 'Europe', 'EMEA', '(USA)', 'Deutschland', 'Global', 'Worldwide']}

def load_pools(fn):
    """extra vocabulary for a held-out profile: same structure, merged into the pools above"""
    if not fn: return
    x = json.load(open(fn, encoding='utf-8'))
    NICK.update(x.get('NICK', {})); ABBR.update(x.get('ABBR', {})); LEGALVAR.update(x.get('LEGALVAR', {}))
    for c, v in x.get('LEGAL', {}).items(): LEGAL.setdefault(c, []).extend(v)
    for n, l in (('TRANSLIT', TRANSLIT), ('LAST_TR', LAST_TR), ('LAST', LAST), ('PLAIN', PLAIN), ('PLATFORM', PLATFORM), ('GENERIC', GENERIC), ('SUBD', SUBD), ('W1', W1), ('CRED', CRED), ('EMOJI', EMOJI)): l.extend(x.get(n, []))
    for k, v in x.get('MISC', {}).items(): MISC[k].extend(v)

def ascii_(s):
    s = s.replace('\u00df', 'ss').replace('\u00f8', 'o').replace('\u00d8', 'O').replace('\u0142', 'l').replace('\u0141', 'L').replace('\u0131', 'i').replace('\u2019', '').replace("'", '').replace('\u0111', 'd')
    return ''.join(c for c in unicodedata.normalize('NFKD', s) if not unicodedata.combining(c))
def slug(s): return re.sub(r'[^a-z0-9]+', '', ascii_(s).lower())

class Gen:
    def __init__(s, seed, tag):
        s.r = random.Random(seed); s.rows = []; s.ent = 0; s.hg = 0; s.used_dom = set(); s.used_name = set(); s.used_li = set(); s.used_em = set(); s.used_pn = set(); s.tag = tag
    def ch(s, l): return l[s.r.randrange(len(l))]
    def p(s, x): return s.r.random() < x
    def zipf(s, l): return l[min(int(len(l) * s.r.random() ** 1.9), len(l) - 1)]
    def typo(s, w):
        if len(w) < 5: return w
        i = s.r.randrange(1, len(w) - 1); k = s.r.randrange(4); c = s.ch('abcdefghijklmnoprstuwy')
        return [w[:i] + w[i+1:], w[:i] + w[i] + w[i:], w[:i] + w[i+1] + w[i] + w[i+2:], w[:i] + c + w[i+1:]][k]
    # ---------------------------------------------------------------- companies
    def brand(s):
        k = s.r.random()
        if k < .35: return s.ch(W1) + ' ' + s.ch(IND)[0], None
        if k < .6: return s.ch(W1) + s.ch(W2), None
        if k < .85: return ''.join(s.ch(SYL) for _ in range(s.r.randrange(2, 4))).capitalize(), None
        return s.ch(LAST) + ' & ' + s.ch(LAST), None
    def company(s, name=None, ind=None, city=None, dom=None):
        for _ in range(200):
            n = name
            if n is None:
                n = s.brand()[0]
                if s.p(.55): n += ' ' + s.ch(TAIL)
                if s.p(.07): n = 'The ' + n
            if name is not None or n.lower() not in s.used_name: break
        s.used_name.add(n.lower())
        city = city or s.ch(CITY); ind = ind or next((b for a, b in IND if a in n.split()), s.ch(IND)[1])
        base = slug(re.sub(r'^The ', '', n).replace('&', 'and' if s.p(.5) else ''))
        if len(base) > 18 and s.p(.6): base = slug(' '.join(re.sub(r'^The ', '', n).split()[:2]).replace('&', ''))
        if dom is None:
            for _ in range(60):
                b = base if s.p(.75) else s.ch(['get', 'try', 'go', 'the']) + base if s.p(.5) else base + s.ch(['hq', 'group', 'inc', 'online', 'app'])
                tld = s.ch(GTLD) if city[3] == 'us' or s.p(.45) else CC[city[3]]
                dom = f'{b}.{tld}'
                if dom not in s.used_dom: break
            else: dom = f'{base}{s.r.randrange(100, 999)}.com'
        s.used_dom.add(dom); s.ent += 1
        emp = s.ch([3, 8, 12, 25, 40, 75, 120, 260, 540, 1200, 5400])
        ds = dom.split('.')[0]
        return dict(id=s.ent, name=n, legal=s.ch(LEGAL[city[3]]), city=city, ind=ind, dom=dom, platform=False, emp=emp, year=s.r.randrange(1925, 2024), li='linkedin.com/company/' + re.sub(r'[^a-z0-9]+', '-', ascii_(n).lower()).strip('-') + ('' if s.p(.6) else '-' + ds[:6]),
                    desc=f"{n} provides {ind.lower()} services to {s.ch(['small businesses', 'enterprises', 'consumers', 'hospitals', 'manufacturers', 'agencies'])} in {city[0]}.", phone=s.phone(city[3]), alt_dom=None)
    def phone(s, cc): return DIAL[cc] + str(s.r.randrange(2, 9)) + ''.join(str(s.r.randrange(10)) for _ in range(9 if DIAL[cc] == '1' else 8))
    def phone_fmt(s, ph):
        if ph.startswith('1') and len(ph) == 11:
            a, b, c = ph[1:4], ph[4:7], ph[7:]
            return s.ch([f'({a}) {b}-{c}', f'{a}-{b}-{c}', f'+1 {a} {b} {c}', f'+1{a}{b}{c}', f'{a}.{b}.{c}', f'1{a}{b}{c}', f'{a}{b}{c} ext. {s.r.randrange(1, 99)}'])
        return s.ch(['+' + ph, '00' + ph, '+' + ph[:2] + ' ' + ph[2:5] + ' ' + ph[5:8] + ' ' + ph[8:], '0' + ph[2:]])
    def cname(s, c, ops, level):
        n = c['name']; r = s.r
        if s.p(.5): l = c['legal']; v = l if s.p(.5) else s.ch(LEGALVAR.get(l, [l])); n = (n + v) if v.startswith(',') else n + ' ' + v; ops.append('legal')
        if level:
            k = 1 if s.p(.6) else 2
            for _ in range(k):
                op = s.ch(['abbr', 'amp', 'the', 'case', 'typo', 'space', 'dba', 'region', 'junk', 'punct', 'diac', 'drop', 'short', 'domname'] if level > 1 else ['abbr', 'amp', 'the', 'case', 'punct', 'typo', 'space'])
                m = n
                if op == 'abbr':
                    for a, b in ABBR.items(): m = re.sub(r'\b%s\b' % a, b + ('.' if s.p(.3) else ''), m)
                elif op == 'amp': m = m.replace(' & ', ' and ') if ' & ' in m else m.replace(' and ', ' & ')
                elif op == 'the': m = m[4:] if m.startswith('The ') else 'The ' + m
                elif op == 'case': m = s.ch([m.upper(), m.lower()])
                elif op == 'typo':
                    w = m.split(' '); i = max(range(len(w)), key=lambda j: len(w[j]) if j < 2 else 0); w[i] = s.typo(w[i]); m = ' '.join(w)
                elif op == 'space': m = re.sub(r'^(\w+) (\w)', lambda g: g[1] + g[2].lower() if s.p(.5) else g[1] + '-' + g[2], m) if ' ' in c['name'] else re.sub(r'^(\w{4,})(%s)\b' % '|'.join(W2), lambda g: g[1] + ' ' + g[2].capitalize(), m)
                elif op == 'dba': m = (s.ch(LAST) + ' ' + s.ch(['Holdings', 'Enterprises', 'Ventures']) + ' ' + s.ch(['LLC', 'Inc.']) + ' ' + s.ch(['dba', 'd/b/a', 'DBA', 't/a']) + ' ' + c['name'])
                elif op == 'region': m = m + ' ' + s.ch(MISC['regions'])
                elif op == 'junk': m = m + s.ch(MISC['junk_tail']).replace('{x}', s.ch(W1) + ' ' + s.ch(IND)[0])
                elif op == 'punct': m = m.replace(' ', s.ch(['  ', ' ', '. '])) if s.p(.3) else m.replace(',', '').replace('.', '') + s.ch(['', '.', ' '])
                elif op == 'diac': m = m.replace('o', '\u00f6', 1) if s.p(.2) else ascii_(m)
                elif op == 'drop':
                    w = m.split(' ');  m = ' '.join(w[:-1]) if len(c['name'].split(' ')) > 2 else m
                elif op == 'short' and len(c['name'].split(' ')) > 2: m = ' '.join(c['name'].split(' ')[:2])
                elif op == 'domname': m = c['dom'] if not c['platform'] else m
                if m != n: ops.append('name:' + op); n = m
        return n
    def cdom(s, c, ops):
        d = c['dom']
        if c['platform']: return s.ch(['', 'https://', 'https://www.' if not re.match(r'.*\.(myshopify|wixsite|wordpress|square)', d) else 'https://']) + d
        k = s.r.random()
        if k < .06 and not c['alt_dom']:
            b = d.split('.')[0]; c['alt_dom'] = b + '.' + (CC[s.ch(list(CC))])
            if c['alt_dom'] in s.used_dom: c['alt_dom'] = d
            s.used_dom.add(c['alt_dom'])
        if c['alt_dom'] and s.p(.4): d = c['alt_dom']; ops.append('dom:tld')
        if s.p(.08): d = s.ch(SUBD) + '.' + d; ops.append('dom:sub')
        f = s.r.random()
        if f < .45: return d
        ops.append('dom:fmt')
        if f < .6: return 'www.' + d
        if f < .75: return 'https://www.' + d + s.ch(['', '/', '/en/', '/contact?utm_source=apollo', '/#about'])
        if f < .85: return 'http://' + d + s.ch(['/', '', '/index.html'])
        if f < .92: return d.upper()
        return 'https://' + d + '/' + s.ch(['', 'about-us', 'home'])
    def cloc(s, c):
        a, b, co, _ = c['city']; return s.ch([f'{a}, {b}', f'{a}, {b}, {co}', f'{a}', f'{a}, {co}', ascii_(f'{a}, {b}')])
    def crow(s, c, src, level):
        ops = []; row = {'Company Name': s.cname(c, ops, level), 'Company Domain': s.cdom(c, ops)}
        m = {'apollo': .1, 'storeleads': .25, 'crm': .35, 'event': .5}[src]
        if not s.p(m): row['Company Industry'] = c['ind'] if s.p(.8) else c['ind'].lower()
        if not s.p(m): row['Company Location'] = s.cloc(c)
        if not s.p(m): row['Company Employee Count'] = s.ch([str(c['emp']), str(int(c['emp'] * (1 + s.r.random() * .3))), f"{c['emp']}+", f"{max(1, c['emp'] // 2)}-{c['emp'] * 2}"])
        if not s.p(m + .1): row['Company LinkedIn'] = s.ch(['', 'https://www.', 'https://', 'http://www.']) + c['li'] + s.ch(['', '/', '/about/'])
        if not s.p(m + .2): row['Year Founded'] = str(c['year'])
        if not s.p(m + .1): row['Company Description'] = c['desc'] if s.p(.7) else c['desc'][:60]
        if not s.p(m + .2): row['Phone Number'] = s.phone_fmt(c['phone'])
        if level and s.p(.10):
            row['Company Domain'] = ''; ops.append('dom:missing')
            if not row.get('Company LinkedIn') and not row.get('Phone Number'):      # stay recoverable
                row['Phone Number'] = s.phone_fmt(c['phone']); row['Company Location'] = row.get('Company Location') or s.cloc(c)
        row['Source'] = src; return row, ops
    def add(s, row, ent, ops, hg='', ht=''): s.rows.append((row, ent, ' '.join(ops), hg, ht))
    def dupcount(s): return s.r.choices([1, 2, 3, 4, 5, 6], [46, 28, 14, 7, 3, 2])[0]
    def emit_company(s, c, n=None, hg='', ht='', maxlevel=2):
        n = n or s.dupcount(); srcs = s.r.sample(['apollo', 'storeleads', 'crm', 'event'] * 2, n)
        for i in range(n):
            lv = 0 if i == 0 and s.p(.7) else s.r.choice([0, 1, 1, 2]) if maxlevel > 1 else s.r.choice([0, 1])
            row, ops = s.crow(c, srcs[i], lv); s.add(row, f"c{c['id']}", ops, hg, ht)
    def hard_company(s):
        s.hg += 1; g = f'h{s.hg}'; t = s.ch(['brand_word', 'same_name_other_firm', 'one_letter', 'numbered', 'platform', 'parent_sub', 'same_name_gtld', 'city_branch'])
        if t == 'brand_word':
            w = s.ch(W1) + s.ch(W2)
            cs = [s.company(f'{w} {i[0]}', ind=i[1]) for i in s.r.sample(IND, s.r.randrange(2, 4))]
        elif t in ('same_name_other_firm', 'same_name_gtld'):
            n = s.ch(W1) + ' ' + s.ch(TAIL) if t == 'same_name_other_firm' else s.brand()[0]
            c1 = s.ch(CITY); c2 = s.ch([c for c in CITY if c[3] != c1[3]]); i1, i2 = s.r.sample(IND, 2); b = slug(n.replace('&', 'and'))
            d1, d2 = (f'{b}.com', f"{b}-{slug(c2[0])}.{CC[c2[3]]}") if t == 'same_name_other_firm' else (f'{b}.com', f"{b}.{s.ch(['io', 'ai', 'app'])}")
            if d1 in s.used_dom: d1 = f'{b}{s.r.randrange(10, 99)}.com'
            if d2 in s.used_dom: d2 = f'{b}{s.r.randrange(100, 999)}.io'
            cs = [s.company(n, ind=i1[1], city=c1, dom=d1), s.company(n, ind=i2[1], city=c2, dom=d2)]
            cs[1]['li'] += '-' + slug(c2[0])
        elif t == 'one_letter':
            a = ''.join(s.ch(SYL) for _ in range(3)).capitalize(); i = s.r.randrange(2, len(a) - 1)
            b = a[:i] + s.ch([x for x in 'abdegiklmnoprstvz' if x != a[i]]) + a[i+1:]; tail = s.ch(TAIL)
            cs = [s.company(f'{a} {tail}', city=CITY[s.r.randrange(8)]), s.company(f'{b} {tail}', city=CITY[8 + s.r.randrange(12)])]
        elif t == 'numbered':
            w = s.ch(W1) + ' ' + s.ch(['Capital Fund', 'Local Union', 'Route', 'Studio', 'Ventures', 'Pier', 'District'])
            ns = s.ch([['I', 'II'], ['1', '2'], ['54', '45'], ['2021', '2023'], ['III', 'IV']])
            cs = [s.company(f'{w} {x}') for x in ns]
        elif t == 'platform':
            pl = s.ch(PLATFORM); cs = []
            for _ in range(s.r.randrange(2, 5)):
                n = s.brand()[0] + ' ' + s.ch(['Boutique', 'Bakery', 'Studio', 'Crafts', 'Salon']); c = s.company(n, dom=pl.format(s=slug(n)[:18])); c['platform'] = True; cs.append(c)
        elif t == 'parent_sub':
            w = s.ch(W1) + s.ch(W2); cs = [s.company(f'{w} Holdings'), s.company(f'{w} Insurance Services'), s.company(f'{w} Capital Management')][:s.r.randrange(2, 4)]
        else:
            n = s.brand()[0]; i = s.ch(IND)[1]; cs = []
            for ct in s.r.sample(CITY[:8], 2):
                cs.append(s.company(f'{n} of {ct[0]}', ind=i, city=ct, dom=f'{slug(n)}{slug(ct[0])}.com'))
        for c in cs: s.emit_company(c, s.r.choice([1, 1, 2, 3]), g, t, maxlevel=1)
    # ---------------------------------------------------------------- people
    def first(s):
        k = s.r.random()
        if k < .55: f = s.zipf(list(NICK)); return f, NICK[f], []
        if k < .85: f = s.zipf(PLAIN); return f, [], []
        t = s.ch(TRANSLIT); return t[0], [], t[1:]
    def last(s):
        if s.p(.8): return s.zipf(LAST), []
        t = s.ch(LAST_TR); return t[0], t[1:]
    def person(s, co, f=None, l=None, suffix='', mid=None):
        for _ in range(50):                                   # no accidental namesakes inside one company
            fn, nk, tr = f if f else s.first(); ln, ltr = l if l else s.last()
            if (f and l) or (fn[0], ln, co['id']) not in s.used_pn: break
        s.used_pn.add((fn[0], ln, co['id'])); s.ent += 1
        if l is None and s.p(.05): ln = ln + '-' + s.zipf(LAST)
        mid = mid if mid is not None else s.ch(['', '', '', s.ch(list(NICK))])
        base = re.sub(r'[^a-z0-9]+', '-', ascii_(f'{fn} {ln}').lower()).strip('-'); li = base
        while li in s.used_li: li = base + '-' + ''.join(s.ch('0123456789abcdef') for _ in range(s.ch([2, 8, 9])))
        s.used_li.add(li); a, b = slug(fn), slug(ln)
        em = s.ch([f'{a}.{b}', f'{a[0]}{b}', a, f'{a}{b[0]}', f'{a}_{b}'])
        while (co['id'], em) in s.used_em: em = f'{a}.{b}' if (co['id'], f'{a}.{b}') not in s.used_em else em + str(s.r.randrange(2, 9))
        s.used_em.add((co['id'], em))
        return dict(id=s.ent, fn=fn, nk=nk, tr=tr, ln=ln, ltr=ltr, mid=mid, suffix=suffix, li=li, co=co, email_local=em, pers=f"{s.ch([a + b, a + '.' + b, a[0] + b + str(s.r.randrange(60, 99)), b + a])}{s.r.randrange(1, 999)}@{s.ch(FREE)}", title=s.ch(TITLES), phone=s.phone(co['city'][3]), city=co['city'] if s.p(.8) else s.ch(CITY), maiden=None, force=None)
    def pname(s, p, ops, level):
        fn, ln, mid, suf = p['fn'], p['ln'], '', p['suffix']
        if p['mid'] and s.p(.45): mid = p['mid'] if s.p(.35) else p['mid'][0] + s.ch(['', '.']); ops.append('middle')
        if level:
            for _ in range(1 if s.p(.7) else 2):
                op = s.ch(['nick', 'nick', 'init', 'ascii', 'tr', 'typo', 'case', 'cred', 'emoji', 'prefix', 'dropdouble', 'swap', 'lastfirst', 'initlast', 'paren'] if level > 1 else ['nick', 'ascii', 'tr', 'case', 'cred', 'emoji', 'prefix'])
                if op == 'nick' and p['nk'] and fn == p['fn']: fn = s.ch(p['nk']); ops.append('p:nick')
                elif op == 'init' and fn == p['fn'] and not p.get('no_init'): fn = fn[0] + s.ch(['.', '']); ops.append('p:initial')
                elif op == 'ascii' and ascii_(fn + ln) != fn + ln: fn, ln = ascii_(fn), ascii_(ln); ops.append('p:ascii')
                elif op == 'tr' and (p['tr'] or p['ltr']):
                    if p['tr']: fn = s.ch(p['tr'])
                    if p['ltr']: ln = s.ch(p['ltr'])
                    ops.append('p:translit')
                elif op == 'typo':
                    if s.p(.5): fn = s.typo(fn)
                    else: ln = s.typo(ln)
                    ops.append('p:typo')
                elif op == 'case': k = s.ch([str.upper, str.lower]); fn, ln, mid = k(fn), k(ln), k(mid); ops.append('p:case')
                elif op == 'cred': suf = (suf + ' ' if suf else '') + s.ch(CRED) + (', ' + s.ch(CRED) if s.p(.25) else ''); ops.append('p:cred')
                elif op == 'emoji': suf = (suf + ' ' if suf else '') + s.ch(EMOJI); ops.append('p:emoji')
                elif op == 'prefix': fn = s.ch(['Dr. ', 'Mr. ', 'Ms. ', 'Prof. ']) + fn; ops.append('p:prefix')
                elif op == 'dropdouble' and '-' in ln: ln = ln.split('-')[s.r.randrange(2)]; ops.append('p:halfname')
                elif op == 'swap': fn, ln = ln, fn; ops.append('p:swap')
                elif op == 'initlast' and not p.get('no_init'): ln = ln[0] + '.'; ops.append('p:lastinitial')
                elif op == 'paren' and p['nk']: fn = f"{p['fn']} ({p['nk'][0]})" if s.p(.6) else f"{p['fn']} \u201c{p['nk'][0]}\u201d"; ops.append('p:paren')
                elif op == 'lastfirst': ops.append('p:lastfirst')
        return fn, mid, ln, suf
    def prow(s, p, src, level, co=None, need=None):
        ops = []; co = co or p['co']; fn, mid, ln, suf = s.pname(p, ops, level); row = {}
        style = s.ch(['both', 'split', 'full']) if src != 'linkedin' else s.ch(['full', 'both'])
        sep = ', ' if suf and (suf[0].isalpha()) and s.p(.6) else ' '
        full = ' '.join(x for x in (fn, mid, ln) if x) + (sep + suf if suf else '')
        if 'p:lastfirst' in ops: full = f'{ln}, {fn}' + (' ' + mid if mid else ''); style = 'full'
        if style in ('both', 'full'): row['Full Name'] = full
        if style in ('both', 'split'): row['First Name'] = fn + (' ' + mid if mid and s.p(.3) else ''); row['Last Name'] = ln + (' ' + suf if suf and s.p(.6) else '')
        row['Company Name'] = s.cname(co, ops, s.r.choice([0, 0, 1]) if level < 2 else s.r.choice([0, 1, 2]))
        if not s.p(.3): row['Company Domain'] = s.cdom(co, ops)
        if not s.p(.2): row['Job Title'] = p['title'] if s.p(.7) else s.ch(TITLES)
        if not s.p({'linkedin': .02, 'apollo': .3, 'crm': .7, 'event': .85}[src]) and p['li']: row['LinkedIn Profile'] = s.lurl(p['li'], ops)
        dom = co['dom']
        if not s.p({'linkedin': .8, 'apollo': .3, 'crm': .3, 'event': .35}[src]) and not co['platform']:
            if s.p(.07): row['Work Email'] = s.ch(GENERIC) + '@' + dom; ops.append('email:generic')
            else: row['Work Email'] = (p['email_local'] + '@' + dom) if s.p(.85) else (p['email_local'] + '@' + dom).upper()
        if s.p(.18): row['Personal Email'] = p['pers']
        if not s.p(.55): row['Phone Number'] = s.phone_fmt(p['phone'] if s.p(.7) else co['phone'])
        if not s.p(.35): a, b, c_, _ = p['city']; row['Person Location'] = s.ch([f'{a}, {b}', f'{a}, {c_}', a, f'Greater {a} Area'])
        if need in ('ev:li', 'ev:em'):                                     # look-alikes: the same kind of evidence on every row, so that a reader can tell
            if need == 'ev:li': row['LinkedIn Profile'] = s.lurl(p['li'], ops)
            else: row['Work Email'] = p['email_local'] + '@' + dom; ops = [o for o in ops if o != 'email:generic']
            need = None
        weak = any(o in ops for o in ('p:initial', 'p:lastinitial', 'p:typo', 'p:swap')) or need
        have_li, have_em = bool(row.get('LinkedIn Profile')), bool(row.get('Work Email')) and 'email:generic' not in ops
        if weak and not have_li and not (have_em and need != 'li'):     # stay recoverable: add strong evidence
            if s.p(.5) or need == 'li' or co['platform']: row['LinkedIn Profile'] = s.lurl(p['li'], ops)
            else: row['Work Email'] = p['email_local'] + '@' + dom
        row['Source'] = src; return row, ops
    def lurl(s, l, ops):
        k = s.r.random()
        if k < .5: return 'https://www.linkedin.com/in/' + l
        ops.append('li:fmt')
        return s.ch(['http://linkedin.com/in/{}/', 'linkedin.com/in/{}', 'https://uk.linkedin.com/in/{}?trk=public_profile', 'https://www.linkedin.com/in/{}/en', 'https://WWW.LinkedIn.com/in/{}/', 'https://de.linkedin.com/in/{}', 'www.linkedin.com/in/{}/?originalSubdomain=us']).format(l)
    def emit_person(s, p, n=None, hg='', ht='', level=None, need=None):
        n = n or s.dupcount(); srcs = [s.ch(['linkedin', 'apollo', 'crm', 'event']) for _ in range(n)]
        for i in range(n):
            lv = 0 if i == 0 and s.p(.7) else s.r.choice([0, 1, 1, 2])
            if level is not None: lv = min(lv, level)
            row, ops = s.prow(p, srcs[i], lv, need=need if need else 'any' if n > 1 and s.p(.35) else None); s.add(row, f"p{p['id']}", ops, hg, ht)
    def hard_person(s, cos):
        s.hg += 1; g = f'h{s.hg}'; co = s.ch(cos)
        t = s.ch(['namesake_other_company', 'father_son', 'similar_name_same_company', 'namesake_same_company', 'initial_ambiguous', 'generic_email', 'shared_phone', 'job_change', 'married_name', 'shared_personal_email'])
        f, l = s.first(), s.last(); ev = s.ch(['ev:li', 'ev:em'] if not co['platform'] else ['ev:li'])
        if t == 'namesake_other_company':
            for c in s.r.sample(cos, s.r.randrange(2, 5)): s.emit_person(s.person(c, f, l), s.r.choice([1, 1, 2]), g, t, 1)
        elif t == 'father_son':
            m = s.ch(list(NICK)); a, b = s.person(co, f, l, s.ch(['Sr.', 'Sr', '']), m), s.person(co, f, l, s.ch(['Jr.', 'Jr', 'III', 'II']), m)
            a['title'], b['title'] = s.ch(['Owner', 'CEO', 'President', 'Chairman']), s.ch(['Sales Manager', 'VP Sales', 'Operations Manager'])
            b['email_local'] = a['email_local'] + s.ch(['jr', '2', '.jr']); s.used_em.add((co['id'], b['email_local']))
            for p in (a, b): p['no_init'] = True; s.emit_person(p, s.r.choice([1, 2]), g, t, 1, need=ev)
        elif t == 'similar_name_same_company':
            fs = s.ch([('Jon', 'Joan'), ('Mario', 'Maria'), ('Carlo', 'Carla'), ('Eric', 'Erica'), ('Paul', 'Paula'), ('Daniel', 'Danielle'), ('Wei', 'Wen'), ('Ana', 'Anna'), ('Jean', 'Jane'), ('Marc', 'Mary'), ('Chris', 'Christa'), ('Michael', 'Michelle'), ('Stefan', 'Stefanie'), ('Tim', 'Tom'), ('Dan', 'Don'), ('Aaron', 'Erin'), ('Kelly', 'Kerry'), ('Amir', 'Samir'), ('Patrick', 'Patricia'), ('Frances', 'Francis')])
            for x in fs: p = s.person(co, (x, [], []), l); p['no_init'] = True; s.emit_person(p, s.r.choice([1, 2]), g, t, 1, need=ev)
        elif t == 'namesake_same_company':
            a, b = s.person(co, f, l, mid=''), s.person(co, f, l, mid=''); b['email_local'] = a['email_local'] + s.ch(['2', '1', '.b']); b['title'] = s.ch([x for x in TITLES if x != a['title']])
            for p in (a, b): s.emit_person(p, s.r.choice([1, 2]), g, t, 1, need=ev)
        elif t == 'initial_ambiguous':
            x, y = s.ch([('John', 'Jane'), ('Robert', 'Rachel'), ('Susan', 'Samuel'), ('David', 'Diane'), ('Mark', 'Megan')])
            a, b = s.person(co, (x, [], []), l, mid=''), s.person(co, (y, [], []), l, mid=''); a['email_local'], b['email_local'] = f'{slug(x)}.{slug(l[0])}', f'{slug(y)}.{slug(l[0])}'
            for p in (a, b): s.emit_person(p, s.r.choice([1, 2]), g, t, 0, need=ev)
            p = s.ch([a, b]); row, ops = s.prow(p, 'crm', 0, need=ev)
            for k in ('Full Name', 'First Name'):
                if k in row: row[k] = row[k].replace(p['fn'], p['fn'][0] + '.', 1)
            s.add(row, f"p{p['id']}", ops + ['p:initial'], g, t)
        elif t in ('generic_email', 'shared_phone'):
            e = s.ch(GENERIC) + '@' + co['dom']; ph = co['phone']
            for _ in range(s.r.randrange(2, 5)):
                p = s.person(co); row, ops = s.prow(p, s.ch(['crm', 'event', 'apollo']), 0)
                if t == 'generic_email': row['Work Email'] = e
                row['Phone Number'] = s.phone_fmt(ph); s.add(row, f"p{p['id']}", ops + ['email:generic'], g, t)
        elif t == 'job_change':
            a = s.person(co); c2 = s.ch([c for c in cos if c is not co])
            r1, o1 = s.prow(a, 'linkedin', 0, need='li'); r2, o2 = s.prow(a, s.ch(['linkedin', 'apollo']), s.ch([0, 1]), co=c2, need='li')
            s.add(r1, f"p{a['id']}", o1 + ['jobchange'], g, t); s.add(r2, f"p{a['id']}", o2 + ['jobchange'], g, t)
            b = s.person(s.ch([c for c in cos if c is not co]), f=(a['fn'], a['nk'], a['tr']), l=(a['ln'], a['ltr'])); s.emit_person(b, 1, g, t, 0)
        elif t == 'married_name':
            a = s.person(co, mid=''); r1, o1 = s.prow(a, 'linkedin', 0, need='li'); s.add(r1, f"p{a['id']}", o1, g, t)
            old = a['ln']; a['ln'], a['ltr'] = s.last(); r2, o2 = s.prow(a, 'apollo', 0, need='li'); s.add(r2, f"p{a['id']}", o2 + ['p:newlast'], g, t)
            sib = s.person(co, f=None, l=(old, [])); s.emit_person(sib, 1, g, t, 0, need='any')
        else:
            a, b = s.person(co, mid=''), s.person(co, l=l, mid=''); a['ln'], a['ltr'] = l; pe = slug(l[0]) + 'family@' + s.ch(FREE)
            for p in (a, b):
                row, ops = s.prow(p, 'event', 0, need='any'); row['Personal Email'] = pe; s.add(row, f"p{p['id']}", ops, g, t)

COLS = {'company': ['Company Name', 'Company Domain', 'Company Description', 'Company Industry', 'Company Employee Count', 'Company LinkedIn', 'Year Founded', 'Company Location', 'Phone Number', 'Source'],
        'people': ['First Name', 'Last Name', 'Full Name', 'Job Title', 'LinkedIn Profile', 'Person Location', 'Work Email', 'Personal Email', 'Phone Number', 'Company Name', 'Company Domain', 'Source']}

def main():
    ap = argparse.ArgumentParser(); ap.add_argument('--kind', required=True, choices=list(COLS)); ap.add_argument('--rows', type=int, default=5000); ap.add_argument('--seed', type=int, default=1)
    ap.add_argument('--out', required=True); ap.add_argument('--hard', type=float, default=.22); ap.add_argument('--pools'); ap.add_argument('--name'); ap.add_argument('--split', default='dev'); a = ap.parse_args()
    load_pools(a.pools); g = Gen(a.seed, a.kind)
    cos = [g.company() for _ in range(max(40, a.rows // 9))] if a.kind == 'people' else []
    while len(g.rows) < a.rows * a.hard: g.hard_company() if a.kind == 'company' else g.hard_person(cos)
    while len(g.rows) < a.rows: g.emit_company(g.company()) if a.kind == 'company' else g.emit_person(g.person(g.zipf(cos)))
    rows = g.rows; g.r.shuffle(rows); os.makedirs(a.out, exist_ok=True); cols = COLS[a.kind]
    with open(os.path.join(a.out, 'input.csv'), 'w', encoding='utf-8', newline='') as f:
        w = csv.writer(f); w.writerow(cols); w.writerows([r[0].get(c, '') for c in cols] for r in rows)
    num = {}
    with open(os.path.join(a.out, 'truth.csv'), 'w', newline='') as f:
        w = csv.writer(f); w.writerow(['row_index', 'entity_id']); w.writerows([i, num.setdefault(r[1], len(num))] for i, r in enumerate(rows))
    with open(os.path.join(a.out, 'tags.csv'), 'w', newline='', encoding='utf-8') as f:
        w = csv.writer(f); w.writerow(['row_index', 'ops', 'hard_group', 'hard_type']); w.writerows([i, r[2], r[3], r[4]] for i, r in enumerate(rows))
    c = collections.Counter(r[1] for r in rows)
    meta = dict(name=a.name or os.path.basename(os.path.normpath(a.out)), split=a.split, truth='clusters', type=a.kind, columns=cols, key_columns=['Company Name', 'Company Domain'] if a.kind == 'company' else ['Full Name', 'Company Name'],
                license='own work, fictional', provenance=f'gen.py --kind {a.kind} --rows {a.rows} --seed {a.seed} --hard {a.hard}' + (' --pools (held-out vocabulary)' if a.pools else ''), rows=len(rows), entities=len(c),
                duplicate_pairs=sum(v*(v-1)//2 for v in c.values()), largest_cluster=max(c.values()), hard_negative_rows=sum(1 for r in rows if r[3]))
    json.dump(meta, open(os.path.join(a.out, 'meta.json'), 'w'), indent=1, ensure_ascii=False)
    print(a.out.split('eval/dedupe/')[-1], {k: meta[k] for k in ('rows', 'entities', 'duplicate_pairs', 'largest_cluster', 'hard_negative_rows')})
main()
