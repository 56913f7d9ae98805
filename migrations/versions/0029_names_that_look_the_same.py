"""Names that look the same are the same: the database folds them as `app.kernel.names.fold` does.

Units are found by their folded name; the stored folded names of persons follow in `prepare`, in batches.
The indexes are made without keeping anybody from writing; what was begun and given up is begun anew.
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

WRITTEN = (
    "\ue815\ue816\ue817\ue818\ue819\ue81a\ue81b\ue81c\ue81d\ue81e\ue81f\ue820\ue821\ue822\ue823\ue824\ue825\ue826\ue827\ue828\ue829\ue82a\ue82b\ue82c\ue82d\ue82e\ue82f\ue830\ue831\ue832\ue833\ue834\ue835\ue836\ue837\ue838\ue839\ue83a\ue83b\ue83c\ue83d\ue83e\ue83f\ue840\ue841\ue842\ue843\ue844"
    "\ue845\ue846\ue847\ue848\ue849\ue84a\ue84b\ue84c\ue84d\ue84e\ue84f\ue850\ue851\ue852\ue853\ue854\ue855\ue856\ue857\ue858\ue859\ue85a\ue85b\ue85c\ue85d\ue85e\ue85f\ue860\ue861\ue862\ue863\ue864\ue7c7\ue7c8⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎"
    "⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿"
    "⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯"
    "⻰⻱⻲⻳•‧∙⋅・.。●º°˙˚◦∘⦁⸱⸳ꞏㆍ᛫ᐧ․’‘‛ʼʻʹ`´ˊˋ′‵〔【[〕】]靑戶戸黃"
)
MEANT = (
    "厂𠂇𠂉𠃌乙㑳㑇刀㔾龴㖞㘚㘎小心㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠牛𡗗龸𤴔䁖䅟𥫗䌷㓁羊𦍌𢦏䎱䎬聿䏝䓖䙡䙌龹䜣"
    "䜩䝼䞍𧾷䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻ḿǹ厂乛乚乙亻冂𠘨刀刂卜㔾小小兀"
    "尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹"
    "艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜"
    "龙龜亀龟······················''''''''''''((()))青户户黄"
)
INVISIBLE = (
    r"\u0001-\u0020\u007f-\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2"
    r"\u115f-\u1160\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u2800\u3000"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
    r"\U000e0100-\U000e01ef"
)
PLAIN = "[\u4e00-\u6235\u6237\u6239-\u9750\u9752-\u9ec2\u9ec4-\u9fff]+"
INDEXES = {
    "employer_folded_grams": "employers USING gin (grams(fold_name(name)))",
    "employer_by_folded_name": "employers (fold_name(name))",
}
REFOLDINGS = """
    CREATE TABLE IF NOT EXISTS refoldings (
        table_name varchar(40) PRIMARY KEY, version smallint NOT NULL, reached bigint NOT NULL
    )
"""


def upgrade() -> None:
    written, meant = (text.replace("'", "''") for text in (WRITTEN, MEANT))
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION fold_name(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN CASE WHEN $1 ~ '^{PLAIN}$' THEN $1 ELSE regexp_replace(regexp_replace(
            translate(normalize(translate($1, '{written}', '{meant}'), NFKC), '{written}', '{meant}'),
            '[{INVISIBLE}]', '', 'g'), '·{{2,}}', '·', 'g') END
        """
    )
    op.execute(REFOLDINGS)
    with op.get_context().autocommit_block():
        for name, columns in INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {columns}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    op.drop_table("refoldings")
    op.execute("DROP FUNCTION fold_name(text)")
